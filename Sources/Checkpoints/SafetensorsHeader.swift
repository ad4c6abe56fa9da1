import Foundation

/// The JSON header of a safetensors file, decoded but not yet compared with the file's size.
struct SafetensorsHeader {
  let metadata: [String: String]
  let entries: [(name: String, entry: Entry)]

  struct Entry: Decodable {
    let dtype: String
    let shape: [Int]
    let dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  init(_ range: Range<Int>, of file: MappedFile) throws {
    do {
      let contents = try file.withBytes(in: range) { bytes in
        try JSONDecoder().decode(Contents.self, from: Data(bytes))
      }
      metadata = contents.metadata
      entries = contents.entries
    } catch let error as DecodingError {
      throw Self.checkpointError(error, headerStart: range.lowerBound, in: file)
    }
  }

  private static func checkpointError(
    _ error: DecodingError, headerStart: Int, in file: MappedFile
  ) -> CheckpointError {
    let context: DecodingError.Context
    switch error {
    case .dataCorrupted(let found), .keyNotFound(_, let found), .typeMismatch(_, let found),
      .valueNotFound(_, let found):
      context = found
    @unknown default: return file.malformed(.offset(headerStart), expected: "a header (\(error))")
    }
    let reason = context.underlyingError.map { "\($0)" } ?? context.debugDescription
    guard let name = context.codingPath.first?.stringValue else {
      return file.malformed(.offset(headerStart), expected: "a header of valid JSON (\(reason))")
    }
    let expected =
      name == Contents.metadataKey
      ? "an object of strings"
      : "\"dtype\" (a string), \"shape\" and \"data_offsets\" (arrays of whole numbers)"
    return file.malformed(.key(name), expected: "\(expected) (\(reason))")
  }
}

extension SafetensorsHeader.Entry {
  func record(
    named name: String, bufferStart: Int, in file: MappedFile
  ) throws(CheckpointError) -> TensorRecord {
    guard let format = ElementFormat(safetensors: dtype) else {
      throw file.unsupported(.tensor(name), feature: "dtype \(quoted(dtype))")
    }
    let bufferByteCount = file.byteCount - bufferStart
    guard dataOffsets.count == 2, 0 <= dataOffsets[0], dataOffsets[0] <= dataOffsets[1],
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

/// The top-level object: tensors under their names and, under a reserved one, the metadata.
private struct Contents: Decodable {
  static let metadataKey = "__metadata__"

  var metadata: [String: String] = [:]
  var entries: [(name: String, entry: SafetensorsHeader.Entry)] = []

  struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    for key in container.allKeys {
      if key.stringValue == Self.metadataKey {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        let entry = try container.decode(SafetensorsHeader.Entry.self, forKey: key)
        entries.append((key.stringValue, entry))
      }
    }
  }
}

extension ElementFormat {
  /// The format that a safetensors header calls `dtype`.
  init?(safetensors dtype: String) {
    switch dtype {
    case "F64": self.init(dtype, byteWidth: 8, .float64)
    case "F32": self.init(dtype, byteWidth: 4, .float32)
    case "F16": self.init(dtype, byteWidth: 2, .float16)
    case "BF16": self.init(dtype, byteWidth: 2, .bfloat16)
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
