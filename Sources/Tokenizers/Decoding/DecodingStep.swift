/// One step from tokens to text.
///
/// Source: Hugging Face `tokenizers`.
enum DecodingStep: Sendable {
  /// Reads GPT-2's alphabet; a token with other characters is its own text.
  case byteLevel
  /// Makes characters of tokens such as `<0xE2>`.
  case byteFallback
  case fuse
  case replace(TextPattern, by: [UInt8])
  /// Takes a character away, so often at most, from both ends.
  case strip([UInt8], start: Int, stop: Int)
  /// Makes spaces of the visible sign; the first token's are nothing where a prefix was added.
  case metaspace([UInt8], dropsFirst: Bool)
  case wordPiece(prefix: [UInt8], cleansUp: Bool)
  /// Makes spaces of the sign at the end of words.
  case endOfWord(TextPattern)
  case connectionist(Connectionist)
  /// Puts spaces between tokens: what is done where no decoder is named.
  case spaces

  /// The tokens of a connectionist temporal classification: repetitions count once.
  struct Connectionist: Sendable {
    var padding: [UInt8]
    var wordDelimiter: [UInt8]
    var cleansUp: Bool

    func text(of token: [UInt8]) -> [UInt8] {
      let text = TextPattern.text(padding).replacing(in: token, by: [])
      guard cleansUp else { return text }
      return TextPattern.text(wordDelimiter)
        .replacing(in: EnglishCleanup.cleaned(text), by: [UInt8(ascii: " ")])
    }
  }

  /// Whether what comes after this step is one text.
  var joinsTokens: Bool {
    switch self {
    case .byteLevel, .fuse: true
    default: false
    }
  }

  /// A token as a step without a memory writes it.
  func rewritten(_ token: [UInt8], isFirst: Bool) -> [UInt8] {
    let space = [UInt8(ascii: " ")]
    switch self {
    case .byteLevel: return PrintableBytes.decode(token) ?? token
    case .replace(let pattern, let content): return pattern.replacing(in: token, by: content)
    case .strip(let content, let start, _):
      var text = token[...]
      for _ in 0..<start {
        guard !content.isEmpty, text.starts(with: content) else { break }
        text = text.dropFirst(content.count)
      }
      return strippedAtEnd(Array(text))
    case .metaspace(let sign, let dropsFirst):
      return TextPattern.text(sign).replacing(in: token, by: isFirst && dropsFirst ? [] : space)
    case .wordPiece(let prefix, let cleansUp):
      var text = token
      if !isFirst {
        text = token.starts(with: prefix) ? Array(token.dropFirst(prefix.count)) : space + token
      }
      return cleansUp ? EnglishCleanup.cleaned(text) : text
    case .spaces: return isFirst ? token : space + token
    default: return token
    }
  }

  func strippedAtEnd(_ text: [UInt8]) -> [UInt8] {
    guard case .strip(let content, _, let stop) = self, !content.isEmpty else { return text }
    var text = text[...]
    for _ in 0..<stop {
      guard text.suffix(content.count).elementsEqual(content) else { break }
      text = text.dropLast(content.count)
    }
    return Array(text)
  }
}

/// Takes the spaces away that stand before English punctuation and contractions.
enum EnglishCleanup {
  private static let replacements: [(TextPattern, [UInt8])] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { (.text(Array($0.utf8)), Array($1.utf8)) }

  static func cleaned(_ text: [UInt8]) -> [UInt8] {
    replacements.reduce(text) { text, replacement in
      replacement.0.replacing(in: text, by: replacement.1)
    }
  }
}
