/// Text on its way through the normalisers.
struct NormalizedText: Sendable {
  /// Valid UTF-8.
  var bytes: [UInt8]
  /// Whether it starts where the whole text starts, with nothing taken away before it.
  var isAtOrigin: Bool
  /// What the text may grow to, which only files of bad intent reach.
  let sizeLimit: Int

  init(bytes: [UInt8], isAtOrigin: Bool) {
    self.bytes = bytes
    self.isAtOrigin = isAtOrigin
    sizeLimit = bytes.count * 32 + (1 << 22)
  }
}

/// A step that rewrites text before it is split.
///
/// Source: Hugging Face `tokenizers`.
indirect enum Normalizer: Sendable {
  case unicode(UnicodeForm)
  case lowercase
  case strip(left: Bool, right: Bool)
  /// Takes the marks away that Unicode 9 knew.
  case stripAccents
  case replace(TextPattern, by: [UInt8])
  /// Puts text before a text that is not empty.
  case prepend([UInt8])
  case characterMap(CharacterMap)
  case bert(BertNormalization)
  /// Writes bytes in GPT-2's alphabet.
  case byteLevel
  /// Takes controls away and writes every kind of space as one, for machine translation.
  case translation
  case sequence([Normalizer])

  func normalize(_ text: [UInt8]) -> [UInt8] {
    var text = NormalizedText(bytes: text, isAtOrigin: true)
    apply(to: &text)
    return text.bytes
  }

  func apply(to text: inout NormalizedText) {
    switch self {
    case .unicode(let form): text.bytes = form.normalize(text.bytes)
    case .lowercase: text.lowercase()
    case .strip(let left, let right): text.strip(left: left, right: right)
    case .stripAccents: text.map { $0.isMark && $0.isAssigned(inUnicode: 9) ? nil : $0 }
    case .replace(let pattern, let content):
      text.bytes = pattern.replacing(in: text.bytes, by: content, sizeLimit: text.sizeLimit)
    case .prepend(let prefix): if !text.bytes.isEmpty { text.bytes = prefix + text.bytes }
    case .characterMap(let map): map.normalizeByGraphemes(&text)
    case .bert(let bert): bert.apply(to: &text)
    case .byteLevel: text.bytes = PrintableBytes.utf8(of: text.bytes)
    case .translation: text.map(Self.translated)
    case .sequence(let steps): for step in steps { step.apply(to: &text) }
    }
  }

  private static func translated(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: nil
    case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
      " "
    default: scalar
    }
  }
}

extension NormalizedText {
  /// Replaces each character, or takes it away.
  mutating func map(_ transform: (Unicode.Scalar) -> Unicode.Scalar?) {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    UTF8Scalars.forEach(in: bytes) { scalar, range in
      if let changed = transform(scalar) {
        result.append(changed)
      } else if range.lowerBound == 0 {
        isAtOrigin = false
      }
    }
    bytes = result
  }

  /// Lowercases each character by itself, whatever stands around it.
  mutating func lowercase() {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    UTF8Scalars.forEach(in: bytes) { scalar, _ in
      if scalar.isASCII {
        let isUppercase = (0x41...0x5A).contains(scalar.value)
        result.append(UInt8(scalar.value) | (isUppercase ? 0x20 : 0))
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
      }
    }
    bytes = result
  }

  fileprivate mutating func strip(left: Bool, right: Bool) {
    var range = bytes.indices
    while left, !range.isEmpty {
      let (scalar, length) = UTF8Scalars.first(in: bytes[range])
      guard CharacterClass.whiteSpace.contains(scalar) else { break }
      range = (range.lowerBound + length)..<range.upperBound
    }
    while right, !range.isEmpty {
      let (scalar, length) = UTF8Scalars.last(in: bytes[range])
      guard CharacterClass.whiteSpace.contains(scalar) else { break }
      range = range.lowerBound..<(range.upperBound - length)
    }
    if range.lowerBound > 0 { isAtOrigin = false }
    if range.count < bytes.count { bytes = Array(bytes[range]) }
  }
}

extension Normalizer {
  /// How many steps there are, and how many of them write bytes in another alphabet, which
  /// doubles a text again and again.
  var stepCounts: (all: Int, byteLevel: Int) {
    switch self {
    case .sequence(let steps):
      steps.reduce((0, 0)) { counts, step in
        let inner = step.stepCounts
        return (counts.0 + inner.all, counts.1 + inner.byteLevel)
      }
    case .byteLevel: (1, 1)
    default: (1, 0)
    }
  }
}
