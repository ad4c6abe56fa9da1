/// A step and what it remembers of the text so far.
struct StepState: Sendable {
  private let kind: DecodingStep
  private let isJoined: Bool
  private var isFirst: Bool
  /// What is held back: the last token, the start of a character, or joined text.
  private var held: [UInt8] = []
  private var hasHeld = false
  /// Characters that may still be stripped from the start of joined text.
  private var strippable: Int

  init(_ kind: DecodingStep, isJoined: Bool, isAtStart: Bool) {
    self.kind = kind
    self.isJoined = isJoined
    isFirst = isAtStart
    strippable = 0
    if isJoined, isAtStart, case .strip(_, let start, _) = kind { strippable = start }
  }

  /// Takes a token, or the next part of the joined text, and gives what is certain with it; nil
  /// where that is nothing.
  mutating func append(_ token: [UInt8]) -> [UInt8]? {
    defer { isFirst = false }
    if isJoined { return appendJoined(token) }
    switch kind {
    case .fuse: return token
    case .byteFallback: return appendBytes(token)
    case .endOfWord(let suffix):
      // Only the last token's suffix is no space.
      defer { (held, hasHeld) = (token, true) }
      return hasHeld ? suffix.replacing(in: held, by: [UInt8(ascii: " ")]) : nil
    case .connectionist(let connectionist):
      defer { (held, hasHeld) = (token, true) }
      if hasHeld, held == token { return nil }
      let text = connectionist.text(of: token)
      return text.isEmpty ? nil : text
    default: return kind.rewritten(token, isFirst: isFirst)
    }
  }

  mutating func finish() -> [UInt8]? {
    defer {
      held = []
      hasHeld = false
    }
    guard hasHeld else { return nil }
    switch kind {
    case .strip: return kind.strippedAtEnd(held)
    case .replace(.text, _) where isJoined: return kind.rewritten(held, isFirst: false)
    case .byteFallback where !isJoined: return Self.replacements(for: held)
    case .endOfWord(let suffix): return suffix.replacing(in: held, by: [])
    case .connectionist where !isJoined: return nil
    default:
      // The step sees the whole text at once, as one token that is the first and the last.
      var whole = StepState(kind, isJoined: false, isAtStart: true)
      let token = whole.append(Array(String(decoding: held, as: UTF8.self).utf8))
      let rest = whole.finish()
      return token == nil && rest == nil ? nil : (token ?? []) + (rest ?? [])
    }
  }

  // MARK: - Joined text

  private mutating func appendJoined(_ text: [UInt8]) -> [UInt8]? {
    switch kind {
    case .fuse: return text
    case .strip(_, _, 0) where strippable == 0: return text
    case .strip(let content, _, let stop):
      var text = text[...]
      while strippable > 0, !text.isEmpty {
        guard text.starts(with: content) else {
          strippable = 0
          break
        }
        text = text.dropFirst(content.count)
        strippable -= 1
      }
      return stop == 0 ? Array(text) : hold(held + text, keeping: stop * content.count)
    case .replace(.text(let pattern), let content) where pattern.count == 1:
      return TextPattern.text(pattern).replacing(in: text, by: content)
    case .replace(.text(let pattern), let content):
      // What is behind the last match and could begin another waits.
      let all = held + text
      var end = 0
      all.withUnsafeBufferPointer { buffer in
        TextPattern.text(pattern).forEachMatch(in: buffer) { end = $0.upperBound }
      }
      let certain = hold(all, keeping: min(all.count - end, max(pattern.count - 1, 0)))
      return TextPattern.text(pattern).replacing(in: certain, by: content)
    default:
      held += text
      hasHeld = true
      return nil
    }
  }

  /// Holds so many bytes back and gives the others.
  private mutating func hold(_ text: [UInt8], keeping count: Int) -> [UInt8] {
    let cut = max(0, text.count - count)
    held = Array(text[cut...])
    hasHeld = true
    return Array(text[..<cut])
  }

  // MARK: - Byte tokens

  /// Collects byte tokens until they are characters.
  ///
  /// Whole characters are kept and each byte that belongs to none becomes U+FFFD, as in
  /// SentencePiece; Hugging Face gives up a run of byte tokens that is broken anywhere.
  private mutating func appendBytes(_ token: [UInt8]) -> [UInt8]? {
    guard let byte = ByteTokens.byte(namedBy: token) else {
      guard hasHeld else { return token }
      defer {
        held = []
        hasHeld = false
      }
      return Self.replacements(for: held) + token
    }
    held.append(byte)
    var text: [UInt8] = []
    UTF8Scalars.moveCharacters(from: &held, to: &text)
    hasHeld = !held.isEmpty
    return text.isEmpty ? nil : text
  }

  private static func replacements(for bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { _ in UTF8Scalars.replacement }
  }
}
