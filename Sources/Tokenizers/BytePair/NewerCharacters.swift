import CPCRE2

/// The letters, numbers and marks of Unicode 15 to 16, by general category.
///
/// A PCRE2 whose tables are older does not know them: 10.42 has those of Unicode 14, which took no
/// character back. tiktoken and Hugging Face `tokenizers` know Unicode 16.
/// Source: UnicodeData.txt, 16.0.0; `Benchmarks/peers/tokenizer_encoding.py` asks about each one.
package enum NewerCharacters {
  /// The major version of Unicode that the PCRE2 at hand knows.
  package static let pcre2UnicodeVersion: Int = {
    var version = [UInt8](repeating: 0, count: 64)
    let length = pcre2_config_8(UInt32(PCRE2_CONFIG_UNICODE_VERSION), &version)
    let major = version.prefix(max(0, Int(length))).prefix { (0x30...0x39).contains($0) }
    return Int(String(decoding: major, as: UTF8.self)) ?? 0
  }()

  static var areUnknownToPCRE2: Bool { pcre2UnicodeVersion < 16 }

  /// The characters that belong to a category as `\p{...}` names it; none for categories not held.
  static func ranges(of category: String) -> [ClosedRange<UInt32>] {
    switch category {
    case "L": uppercase + lowercase + modifiers + otherLetters
    case "Lu": uppercase
    case "Ll": lowercase
    case "Lm": modifiers
    case "Lo": otherLetters
    case "N": numbers
    case "M": marks
    default: []
    }
  }

  private static let uppercase: [ClosedRange<UInt32>] = [
    0x1C89...0x1C89, 0xA7CB...0xA7CC, 0xA7DA...0xA7DA, 0xA7DC...0xA7DC, 0x10D50...0x10D65,
  ]

  private static let lowercase: [ClosedRange<UInt32>] = [
    0x1C8A...0x1C8A, 0xA7CD...0xA7CD, 0xA7DB...0xA7DB, 0x10D70...0x10D85, 0x1DF25...0x1DF2A,
  ]

  private static let modifiers: [ClosedRange<UInt32>] = [
    0x10D4E...0x10D4E, 0x10D6F...0x10D6F, 0x16D40...0x16D42, 0x16D6B...0x16D6C, 0x1E030...0x1E06D,
    0x1E4EB...0x1E4EB,
  ]

  private static let otherLetters: [ClosedRange<UInt32>] = [
    0x105C0...0x105F3, 0x10D4A...0x10D4D, 0x10D4F...0x10D4F, 0x10EC2...0x10EC4, 0x1123F...0x11240,
    0x11380...0x11389, 0x1138B...0x1138B, 0x1138E...0x1138E, 0x11390...0x113B5, 0x113B7...0x113B7,
    0x113D1...0x113D1, 0x113D3...0x113D3, 0x11BC0...0x11BE0, 0x11F02...0x11F02, 0x11F04...0x11F10,
    0x11F12...0x11F33, 0x1342F...0x1342F, 0x13441...0x13446, 0x13460...0x143FA, 0x16100...0x1611D,
    0x16D43...0x16D6A, 0x18CFF...0x18CFF, 0x1B132...0x1B132, 0x1B155...0x1B155, 0x1E4D0...0x1E4EA,
    0x1E5D0...0x1E5ED, 0x1E5F0...0x1E5F0, 0x2B739...0x2B739, 0x2EBF0...0x2EE5D, 0x31350...0x323AF,
  ]

  private static let numbers: [ClosedRange<UInt32>] = [
    0x10D40...0x10D49, 0x116D0...0x116E3, 0x11BF0...0x11BF9, 0x11F50...0x11F59, 0x16130...0x16139,
    0x16D70...0x16D79, 0x1CCF0...0x1CCF9, 0x1D2C0...0x1D2D3, 0x1E4F0...0x1E4F9, 0x1E5F1...0x1E5FA,
  ]

  private static let marks: [ClosedRange<UInt32>] = [
    0x0897...0x0897, 0x0CF3...0x0CF3, 0x0ECE...0x0ECE, 0x10D69...0x10D6D, 0x10EFC...0x10EFF,
    0x11241...0x11241, 0x113B8...0x113C0, 0x113C2...0x113C2, 0x113C5...0x113C5, 0x113C7...0x113CA,
    0x113CC...0x113D0, 0x113D2...0x113D2, 0x113E1...0x113E2, 0x11F00...0x11F01, 0x11F03...0x11F03,
    0x11F34...0x11F3A, 0x11F3E...0x11F42, 0x11F5A...0x11F5A, 0x13440...0x13440, 0x13447...0x13455,
    0x1611E...0x1612F, 0x1E08F...0x1E08F, 0x1E4EC...0x1E4EF, 0x1E5EE...0x1E5EF,
  ]
}

extension NewerCharacters {
  private static let inOrder = (ranges(of: "L") + numbers + marks).sorted {
    $0.lowerBound < $1.lowerBound
  }

  /// Whether valid UTF-8 holds any of the characters; a small part of what splitting it takes.
  static func occur(in text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress else { return false }
    let raw = UnsafeRawPointer(base)
    return inOrder.withUnsafeBufferPointer { ranges in
      var index = 0
      while index < text.count {
        if index + 8 <= text.count,
          raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
          index += 8
          continue
        }
        // Only U+0800 to U+1FFF, U+A000 to U+AFFF and the planes above hold such characters.
        let lead = text[index]
        if lead >= 0xE0, lead <= 0xE1 || lead == 0xEA || lead >= 0xF0,
          contains(scalar(in: text, at: index), ranges)
        {
          return true
        }
        index += lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
      }
      return false
    }
  }

  private static func scalar(in text: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt32 {
    let isLong = text[index] >= 0xF0
    var scalar = UInt32(text[index]) & (isLong ? 0x07 : 0x0F)
    for offset in 1..<(isLong ? 4 : 3) where index + offset < text.count {
      scalar = scalar << 6 | UInt32(text[index + offset] & 0x3F)
    }
    return scalar
  }

  private static func contains(
    _ scalar: UInt32, _ ranges: UnsafeBufferPointer<ClosedRange<UInt32>>
  ) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(scalar)
  }
}
