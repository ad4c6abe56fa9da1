import Tensors

/// How a checkpoint stores a tensor's elements: blocks of a fixed number of them in a fixed number of bytes.
struct ElementFormat: Sendable {
  /// What the checkpoint's own documentation calls it.
  let name: String
  let blockLength: Int
  let blockByteCount: Int
  /// How to widen it to float32; nil when that is not written yet.
  let decoding: ElementDecoding?
  /// Whether a block may begin in one row and end in the next.
  let blocksSpanRows: Bool

  /// Plain elements of `byteWidth` bytes each.
  init(_ name: String, byteWidth: Int, _ decoding: ElementDecoding?) {
    self.init(name, blockOf: 1, byteCount: byteWidth, decoding)
  }

  init(_ name: String, blockOf length: Int, byteCount: Int, _ decoding: ElementDecoding? = nil) {
    self.name = name
    blockLength = length
    blockByteCount = byteCount
    self.decoding = decoding
    blocksSpanRows = false
  }

  /// Bytes of all elements, then for each group of `length` of them a float32 scale, as in llama2.c's version 2.
  init(int8GroupsOf length: Int) {
    name = "int8 in groups of \(length)"
    blockLength = length
    blockByteCount = length + MemoryLayout<Float>.size
    decoding = .int8Groups(length)
    blocksSpanRows = true
  }

  /// The bytes of a tensor with these extents; nil when they are no valid extents or overflow.
  func byteCount(extents: [Int]) -> Int? {
    guard let count = Self.elementCount(extents),
      (blocksSpanRows ? count : extents.last ?? 1) % blockLength == 0
    else { return nil }
    let (bytes, overflow) = (count / blockLength).multipliedReportingOverflow(by: blockByteCount)
    return overflow ? nil : bytes
  }

  /// Rejects extents of which any partial product overflows, even where another extent is 0.
  static func elementCount(_ extents: [Int]) -> Int? {
    var bound = 1
    for extent in extents {
      guard extent >= 0 else { return nil }
      let (product, overflow) = bound.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow else { return nil }
      bound = product
    }
    return extents.contains(0) ? 0 : bound
  }
}

/// How bytes become float32 numbers.
enum ElementDecoding: Sendable, Equatable {
  /// As a tensor can hold it: plain floats, blocks of small integers.
  case scalars(ScalarType)
  /// All bytes, then the float32 scales of so many of them each.
  case int8Groups(Int)
  case float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64

  /// Fills `floats` from `bytes`, which hold exactly as many elements; false when an integer is too
  /// large to be a float32 exactly.
  func decode(
    _ bytes: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>
  ) -> Bool {
    switch self {
    case .scalars(let type): type.widen(bytes, into: floats)
    case .int8Groups(let length): Self.widen(bytes, inGroupsOf: length, into: floats)
    case .float64:
      map(bytes, floats) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .int8: return integers(Int8.self, bytes, floats)
    case .int16: return integers(Int16.self, bytes, floats)
    case .int32: return integers(Int32.self, bytes, floats)
    case .int64: return integers(Int64.self, bytes, floats)
    case .uint8: return integers(UInt8.self, bytes, floats)
    case .uint16: return integers(UInt16.self, bytes, floats)
    case .uint32: return integers(UInt32.self, bytes, floats)
    case .uint64: return integers(UInt64.self, bytes, floats)
    }
    return true
  }

  @inline(__always)
  private func map<T: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ floats: UnsafeMutableBufferPointer<Float>,
    _ widen: (T) -> Float
  ) {
    for index in floats.indices {
      let element = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self)
      floats[index] = widen(T(littleEndian: element))
    }
  }

  private static func widen(
    _ bytes: UnsafeRawBufferPointer, inGroupsOf length: Int,
    into floats: UnsafeMutableBufferPointer<Float>
  ) {
    for group in 0..<floats.count / length {
      let bits = bytes.loadUnaligned(
        fromByteOffset: floats.count + group * MemoryLayout<Float>.size, as: UInt32.self)
      let scale = Float(bitPattern: UInt32(littleEndian: bits))
      for index in group * length..<(group + 1) * length {
        floats[index] = scale * Float(Int8(bitPattern: bytes[index]))
      }
    }
  }

  private func integers<T: FixedWidthInteger>(
    _ type: T.Type, _ bytes: UnsafeRawBufferPointer, _ floats: UnsafeMutableBufferPointer<Float>
  ) -> Bool {
    var isExact = true
    map(bytes, floats) { (element: T) in
      isExact = isExact && Float(exactly: element) != nil
      return Float(element)
    }
    return isExact
  }
}
