/// GPT-2's alphabet of 256 printable characters, one for each byte.
///
/// Bytes that print in Latin-1 stand for themselves; the 68 others, in order, for U+0100 and up.
/// Source: Radford et al. 2019, the released encoder.
enum PrintableBytes {
  /// The bytes in the order of their characters, which is the order of GPT-2's first 256 ids.
  static let inOrder: [UInt8] = {
    let printing = (0...255).filter(isPrinting)
    let others = (0...255).filter { !isPrinting($0) }
    return (printing + others).map(UInt8.init)
  }()

  /// The character that stands for each byte.
  static let scalars: [Unicode.Scalar] = {
    var scalars = [Unicode.Scalar](repeating: " ", count: 256)
    var next: UInt32 = 0x100
    for byte in 0...255 {
      if isPrinting(byte) {
        scalars[byte] = Unicode.Scalar(UInt8(byte))
      } else {
        scalars[byte] = Unicode.Scalar(next) ?? " "
        next += 1
      }
    }
    return scalars
  }()

  /// Byte plus one for each character below U+0144, zero for the others.
  private static let bytes: [UInt16] = {
    var bytes = [UInt16](repeating: 0, count: 0x144)
    for byte in 0...255 { bytes[Int(scalars[byte].value)] = UInt16(byte) + 1 }
    return bytes
  }()

  private static func isPrinting(_ byte: Int) -> Bool {
    (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
  }

  /// The bytes for which text in the alphabet stands, or nil where a character is not in it.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(text.count)
    return decode(text, into: &decoded) ? decoded : nil
  }

  /// Adds the bytes for which text in the alphabet stands, and says whether all of it is in it.
  static func decode(_ text: some Collection<UInt8>, into decoded: inout [UInt8]) -> Bool {
    let isDecoded = text.withContiguousStorageIfAvailable { decode($0, into: &decoded) }
    return isDecoded ?? Array(text).withUnsafeBufferPointer { decode($0, into: &decoded) }
  }

  private static func decode(
    _ text: UnsafeBufferPointer<UInt8>, into decoded: inout [UInt8]
  ) -> Bool {
    let values = bytes
    var lead: UInt8?
    for byte in text {
      // The alphabet ends below U+0144: no character takes more than two bytes of UTF-8.
      let scalar: Int
      if let first = lead {
        guard byte & 0xC0 == 0x80 else { return false }
        scalar = Int(first & 0x1F) << 6 | Int(byte & 0x3F)
        lead = nil
      } else if byte < 0x80 {
        scalar = Int(byte)
      } else {
        guard (0xC2...0xC5).contains(byte) else { return false }
        lead = byte
        continue
      }
      guard scalar < values.count, values[scalar] > 0 else { return false }
      decoded.append(UInt8(values[scalar] - 1))
    }
    return lead == nil
  }

  /// The text in the alphabet that stands for the bytes.
  static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(scalars[Int(byte)]) }
    return String(text)
  }

  /// The UTF-8 of the text in the alphabet that stands for the bytes.
  static func utf8(of bytes: some Collection<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes { text.append(scalars[Int(byte)]) }
    return text
  }
}
