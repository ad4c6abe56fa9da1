/// A token that is found in the text before anything is split or merged.
struct AddedToken: Sendable, Equatable {
  var text: String
  var id: Int32
  /// Special tokens count only where the caller recognises them; the others always.
  var isSpecial: Bool
  /// Whether the white space before or after it belongs to it.
  var takesSpaceBefore = false
  var takesSpaceAfter = false
  /// Whether it counts only where no letter or digit stands next to it.
  var isWholeWord = false
  /// Whether it is searched, normalised, in the normalised text.
  var isNormalized = false
}

/// Finds added tokens in text: at each place the longest, from left to right.
struct AddedTokens: Sendable {
  /// A stretch of plain text, or a token found in it.
  enum Segment {
    case text(UnsafeBufferPointer<UInt8>)
    case token(AddedToken)
  }

  let tokens: [AddedToken]
  /// What is searched for each token.
  private let patterns: TokenTrie
  /// Whether a pattern starts with a byte.
  private let isStart: [Bool]
  private let hasOrdinary: Bool

  /// - Parameter patterns: what to search for the tokens; their texts when left out. Of equal ones
  ///   the first counts.
  /// - Throws: `TokenizerError.invalidVocabulary` for a token that is too long.
  init(_ tokens: [AddedToken], patterns: [[UInt8]]? = nil) throws {
    self.tokens = tokens
    hasOrdinary = tokens.contains { !$0.isSpecial }
    let patterns = patterns ?? tokens.map { Array($0.text.utf8) }
    var seen = Set<[UInt8]>()
    let isFirst = patterns.map { seen.insert($0).inserted }
    self.patterns = try TokenTrie(patterns) { isFirst[$0] }
    var isStart = [Bool](repeating: false, count: 256)
    for case let first? in patterns.map(\.first) { isStart[Int(first)] = true }
    self.isStart = isStart
  }

  /// The special tokens' ids by text.
  var special: [String: Int32] { tokens.filter(\.isSpecial).ids }

  /// Gives the tokens and what lies between them in order.
  ///
  /// A special token that is not recognised is plain text, and no other token is found within it.
  func forEachSegment(
    in text: UnsafeBufferPointer<UInt8>, recognizingSpecialTokens: Bool, _ body: (Segment) -> Void
  ) {
    var start = 0
    var position = hasOrdinary || (recognizingSpecialTokens && !tokens.isEmpty) ? 0 : text.count
    while position < text.count {
      guard isStart[Int(text[position])], let (token, end) = token(in: text, at: position) else {
        position += 1
        continue
      }
      let isFound =
        (recognizingSpecialTokens || !token.isSpecial)
        && (!token.isWholeWord || Self.isWholeWord(position..<end, in: text))
      if isFound {
        let first =
          token.takesSpaceBefore
          ? max(Self.spaceStart(in: text, before: position), start) : position
        if start < first { body(.text(UnsafeBufferPointer(rebasing: text[start..<first]))) }
        body(.token(token))
        start = token.takesSpaceAfter ? Self.spaceEnd(in: text, after: end) : end
      }
      // A token within the space that belongs to this one is found as well: so the reference does.
      position = end
    }
    if start < text.count { body(.text(UnsafeBufferPointer(rebasing: text[start...]))) }
  }

  /// Where the longest token that stands at a place ends.
  func end(ofTokenIn text: UnsafeBufferPointer<UInt8>, at position: Int) -> Int? {
    token(in: text, at: position)?.end
  }

  private func token(
    in text: UnsafeBufferPointer<UInt8>, at position: Int
  ) -> (AddedToken, end: Int)? {
    guard isStart[Int(text[position])] else { return nil }
    var found: (AddedToken, end: Int)?
    patterns.forEachToken(in: text, from: position) { length, index in
      found = (tokens[Int(index)], position + length)
    }
    return found
  }
}

// MARK: - Around a token

extension AddedTokens {
  private static func isWholeWord(
    _ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    if range.lowerBound > 0,
      CharacterClass.word.contains(UTF8Scalars.last(in: text[..<range.lowerBound]).scalar)
    {
      return false
    }
    return range.upperBound == text.count
      || !CharacterClass.word.contains(UTF8Scalars.first(in: text[range.upperBound...]).scalar)
  }

  private static func spaceStart(in text: UnsafeBufferPointer<UInt8>, before end: Int) -> Int {
    var start = end
    while start > 0 {
      let (scalar, length) = UTF8Scalars.last(in: text[..<start])
      guard CharacterClass.whiteSpace.contains(scalar) else { break }
      start -= length
    }
    return start
  }

  private static func spaceEnd(in text: UnsafeBufferPointer<UInt8>, after start: Int) -> Int {
    var end = start
    while end < text.count {
      let (scalar, length) = UTF8Scalars.first(in: text[end...])
      guard CharacterClass.whiteSpace.contains(scalar) else { break }
      end += length
    }
    return end
  }
}

extension [AddedToken] {
  /// The ids by text; of tokens with the same text the first counts.
  var ids: [String: Int32] {
    Dictionary(map { ($0.text, $0.id) }, uniquingKeysWith: { first, _ in first })
  }
}
