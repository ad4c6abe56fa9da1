/// The JSON header of a safetensors file, decoded but not yet compared with the file's size.
struct SafetensorsHeader {
  private(set) var metadata: [String: String] = [:]
  private(set) var entries: [(name: String, entry: Entry)] = []

  struct Entry {
    let dtype: String
    let shape: [Int]
    let dataOffsets: [Int]
  }

  init(_ range: Range<Int>, of file: MappedFile) throws {
    var scanner = try JSONScanner(range, of: file)
    try scanner.object { scanner, name throws(CheckpointError) in
      if name == "__metadata__" {
        try scanner.object { scanner, key throws(CheckpointError) in
          guard metadata.updateValue(try scanner.string(), forKey: key) == nil else {
            throw file.malformed(.key(key), expected: "a metadata key that appears once")
          }
        }
      } else {
        entries.append((name, try Entry(&scanner, name: name, in: file)))
      }
    }
    try scanner.expectEnd()
  }
}

extension SafetensorsHeader.Entry {
  fileprivate init(
    _ scanner: inout JSONScanner, name: String, in file: MappedFile
  ) throws(CheckpointError) {
    var dtype: String?
    var shape: [Int]?
    var dataOffsets: [Int]?
    try scanner.object { scanner, key throws(CheckpointError) in
      switch key {
      case "dtype" where dtype == nil: dtype = try scanner.string()
      case "shape" where shape == nil: shape = try scanner.naturalNumbers()
      case "data_offsets" where dataOffsets == nil: dataOffsets = try scanner.naturalNumbers()
      default: throw scanner.failure("dtype, shape and data_offsets, once each,")
      }
    }
    guard let dtype, let shape, let dataOffsets else {
      throw file.malformed(.tensor(name), expected: "dtype, shape and data_offsets")
    }
    self.init(dtype: dtype, shape: shape, dataOffsets: dataOffsets)
  }

  func record(
    named name: String, bufferStart: Int, in file: MappedFile
  ) throws(CheckpointError) -> TensorRecord {
    guard let format = ElementFormat(safetensors: dtype) else {
      throw file.unsupported(.tensor(name), feature: "dtype \(quoted(dtype))")
    }
    let bufferByteCount = file.byteCount - bufferStart
    guard dataOffsets.count == 2, dataOffsets[0] <= dataOffsets[1],
      dataOffsets[1] <= bufferByteCount
    else {
      throw file.malformed(
        .tensor(name),
        expected: "two ascending data_offsets up to \(bufferByteCount), found \(dataOffsets)")
    }
    let record = try TensorRecord(
      name: name, format: format, extents: shape, offset: bufferStart + dataOffsets[0], in: file)
    guard record.bytes.count == dataOffsets[1] - dataOffsets[0] else {
      throw file.malformed(
        .tensor(name),
        expected: "\(record.bytes.count) bytes for \(dtype) of shape \(shape), found data_offsets"
          + " \(dataOffsets)")
    }
    return record
  }
}

extension ElementFormat {
  /// The format that a safetensors header calls `dtype`.
  init?(safetensors dtype: String) {
    switch dtype {
    case "F64": self.init(dtype, byteWidth: 8, .float64)
    case "F32": self.init(dtype, byteWidth: 4, .scalars(.float32))
    case "F16": self.init(dtype, byteWidth: 2, .scalars(.float16))
    case "BF16": self.init(dtype, byteWidth: 2, .scalars(.bfloat16))
    case "I64": self.init(dtype, byteWidth: 8, .int64)
    case "I32": self.init(dtype, byteWidth: 4, .int32)
    case "I16": self.init(dtype, byteWidth: 2, .int16)
    case "I8": self.init(dtype, byteWidth: 1, .int8)
    case "U64": self.init(dtype, byteWidth: 8, .uint64)
    case "U32": self.init(dtype, byteWidth: 4, .uint32)
    case "U16": self.init(dtype, byteWidth: 2, .uint16)
    case "U8", "BOOL": self.init(dtype, byteWidth: 1, .uint8)
    case "C64": self.init(dtype, byteWidth: 8, nil)
    case "F8_E4M3", "F8_E5M2", "F8_E8M0": self.init(dtype, byteWidth: 1, nil)
    default: return nil
    }
  }
}
