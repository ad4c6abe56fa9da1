import Foundation

extension Data {
  /// Appends an integer as the formats store it.
  mutating func append<T: FixedWidthInteger>(integer: T) {
    Swift.withUnsafeBytes(of: integer.littleEndian) { append(contentsOf: $0) }
  }

  mutating func append(floats: [Float]) {
    for float in floats { append(integer: float.bitPattern) }
  }

  /// The same bytes with an integer in place of those at `offset`.
  func replacing<T: FixedWidthInteger>(at offset: Int, with integer: T) -> Data {
    var copy = self
    Swift.withUnsafeBytes(of: integer.littleEndian) {
      copy.replaceSubrange(offset..<offset + $0.count, with: $0)
    }
    return copy
  }
}

/// A safetensors file with this text as its header and `byteCount` bytes behind it.
func safetensors(_ header: String, byteCount: Int) -> Data {
  var data = Data()
  data.append(integer: UInt64(header.utf8.count))
  data.append(Data(header.utf8))
  data.append(Data((0..<byteCount).map { UInt8(truncatingIfNeeded: $0) }))
  return data
}
