import Tensors

/// How a checkpoint stores a tensor's elements: blocks of a fixed number of them in a fixed number of bytes.
struct ElementFormat: Sendable {
  /// What the checkpoint's own documentation calls it.
  let name: String
  let blockLength: Int
  let blockByteCount: Int
  /// How to widen it to float32; nil when that is not written yet.
  let decoding: ElementDecoding?

  /// Plain elements of `byteWidth` bytes each.
  init(_ name: String, byteWidth: Int, _ decoding: ElementDecoding?) {
    self.init(name, blockOf: 1, byteCount: byteWidth, decoding)
  }

  init(_ name: String, blockOf length: Int, byteCount: Int, _ decoding: ElementDecoding? = nil) {
    self.name = name
    blockLength = length
    blockByteCount = byteCount
    self.decoding = decoding
  }

  /// The bytes of a tensor with these extents; nil when they are no valid extents or overflow.
  func byteCount(extents: [Int]) -> Int? {
    guard let count = Self.elementCount(extents), (extents.last ?? 1) % blockLength == 0 else {
      return nil
    }
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
enum ElementDecoding: Sendable {
  case float32, float16, bfloat16, float64
  case int8, int16, int32, int64, uint8, uint16, uint32, uint64
  /// Blocks of a float16 scale and 32 signed bytes (ggml's Q8_0).
  case scaledInt8

  /// Fills `floats` from `bytes`, which hold exactly as many elements; false when an integer is too
  /// large to be a float32 exactly.
  func decode(
    _ bytes: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>
  ) -> Bool {
    switch self {
    case .float32:
      UnsafeMutableRawBufferPointer(floats).copyMemory(from: bytes)
    case .float16:
      map(bytes, floats) { (bits: UInt16) in Float(halfBits: bits) }
    case .bfloat16:
      map(bytes, floats) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
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
    case .scaledInt8:
      for block in 0..<floats.count / 32 {
        let start = block * 34
        let scale = Float(
          halfBits: UInt16(
            littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt16.self)))
        for index in 0..<32 {
          floats[block * 32 + index] = scale * Float(Int8(bitPattern: bytes[start + 2 + index]))
        }
      }
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

extension Float {
  /// The number whose IEEE 754 half-precision bits are given; every one is a float32 exactly.
  init(halfBits bits: UInt16) {
    let magnitude = UInt32(bits & 0x7fff)
    let sign = UInt32(bits & 0x8000) << 16
    switch magnitude {
    case 0..<0x0400:  // zero and subnormal: a multiple of 2^-24
      let value = Float(magnitude) * 0x1p-24
      self.init(bitPattern: value.bitPattern | sign)
    case 0x7c00...:  // infinity and NaN
      self.init(bitPattern: 0x7f80_0000 | magnitude << 13 | sign)
    default:  // the exponent's bias grows from 15 to 127
      self.init(bitPattern: (magnitude << 13) + (112 << 23) | sign)
    }
  }
}
