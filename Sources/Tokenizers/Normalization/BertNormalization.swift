/// BERT's cleaning of text, as Hugging Face `tokenizers` does it.
struct BertNormalization: Sendable {
  var cleansText: Bool
  /// Whether spaces are put around Chinese characters.
  var separatesChinese: Bool
  var stripsAccents: Bool
  var lowercases: Bool

  func apply(to text: inout NormalizedText) {
    if cleansText { text.map(Self.cleaned) }
    if separatesChinese { separateChinese(&text) }
    if stripsAccents {
      text.bytes = UnicodeForm.decomposed.normalize(text.bytes)
      text.map { Self.isAccent($0) ? nil : $0 }
    }
    if lowercases { text.lowercase() }
  }

  private static func cleaned(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar {
    case "\t", "\n", "\r": return " "
    case "\u{0}", "\u{FFFD}": return nil
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .privateUse: return nil
    case .format where scalar.isAssigned(inUnicode: 8): return nil
    default: return CharacterClass.whiteSpace.contains(scalar) ? " " : scalar
    }
  }

  /// A nonspacing mark of Unicode 8.
  private static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
    // Was such a mark then, and is a spacing one since Unicode 14.
    if scalar == "\u{1734}" { return true }
    guard scalar.properties.generalCategory == .nonspacingMark else { return false }
    switch scalar.value {
    // Were letters or spacing marks then.
    case 0x1885, 0x1886, 0xA9BD, 0x111C9: return false
    default: return scalar.isAssigned(inUnicode: 8)
    }
  }

  private func separateChinese(_ text: inout NormalizedText) {
    var result: [UInt8] = []
    result.reserveCapacity(text.bytes.count)
    UTF8Scalars.forEach(in: text.bytes) { scalar, _ in
      let isChinese = Self.isChinese(scalar.value)
      if isChinese { result.append(UInt8(ascii: " ")) }
      result.append(scalar)
      if isChinese { result.append(UInt8(ascii: " ")) }
    }
    text.bytes = result
  }

  /// The blocks of Chinese characters; extension E begins late there, at U+2B920.
  private static func isChinese(_ value: UInt32) -> Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B81F, 0x2B920...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
