import Foundation

extension Document {
  /// A hash of what is said, the same for every format and however the text is laid out.
  ///
  /// Only lowercase letters and digits of the segments count; speakers, times, punctuation and
  /// white space do not. FNV-1a with 64 bits, as 16 hexadecimal digits.
  public var contentDigest: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    for segment in segments {
      var text = segment.text
      if !text.utf8.allSatisfy({ $0 < 0x80 }) { text = text.precomposedStringWithCanonicalMapping }
      for scalar in text.unicodeScalars {
        if scalar.isASCII {
          let byte = UInt8(truncatingIfNeeded: scalar.value)
          if byte.isUppercase { add(byte | 0x20) } else if byte.isAlphanumeric { add(byte) }
        } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
          for byte in scalar.properties.lowercaseMapping.utf8 { add(byte) }
        }
      }
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
