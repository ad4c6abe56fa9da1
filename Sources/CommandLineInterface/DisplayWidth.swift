extension StringProtocol {
  /// The columns that the text fills in a terminal; wide characters and emoji fill two.
  public var displayWidth: Int {
    // Nearly all text is printable ASCII, where bytes are columns.
    if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return utf8.count }
    return reduce(0) { $0 + $1.displayWidth }
  }

  /// The longest beginning that fits `width` columns, with an ellipsis where something is lost.
  public func truncated(toWidth width: Int) -> String {
    guard displayWidth > width else { return String(self) }
    var result = ""
    var used = 0
    for character in self {
      let next = character.displayWidth
      guard used + next < width else { break }
      result.append(character)
      used += next
    }
    return width > 0 ? result + "…" : ""
  }
}

extension Character {
  /// 0 for control and combining characters, 2 for wide ones and emoji, otherwise 1.
  ///
  /// After Unicode Standard Annex 11 (East Asian Width) and UTS 51 (emoji presentation).
  package var displayWidth: Int {
    guard let first = unicodeScalars.first else { return 0 }
    if unicodeScalars.contains(where: { $0.value == 0xFE0F || $0.properties.isEmojiPresentation }) {
      return 2
    }
    switch first.properties.generalCategory {
    case .control, .format, .nonspacingMark, .enclosingMark, .lineSeparator, .paragraphSeparator:
      return 0
    default:
      return Self.wideRanges.contains { $0.contains(first.value) } ? 2 : 1
    }
  }

  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F,  // Hangul leading consonants
    0x2E80...0x303E,  // CJK radicals and punctuation
    0x3041...0x4DBF,  // kana to CJK extension A
    0x4E00...0xA4CF,  // CJK ideographs, Yi
    0xA960...0xA97C,  // Hangul extended
    0xAC00...0xD7A3,  // Hangul syllables
    0xF900...0xFAFF,  // CJK compatibility
    0xFE10...0xFE19, 0xFE30...0xFE6B,  // vertical and small forms
    0xFF01...0xFF60, 0xFFE0...0xFFE6,  // full-width forms
    0x16FE0...0x18D08,  // Tangut, Khitan
    0x1AFF0...0x1B2FB,  // kana supplements
    0x1F200...0x1F265,  // enclosed ideographs
    0x20000...0x3FFFD,  // CJK extensions B and beyond
  ]
}
