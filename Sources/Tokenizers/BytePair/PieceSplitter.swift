/// A compiled split pattern; many threads may use it at once.
final class PieceSplitter: Sendable {
  let pattern: SplitPattern
  private let expression: CompiledExpression
  /// For texts with characters that PCRE2's tables lack; slower, because it names them all.
  private let newerExpression: CompiledExpression?

  init(_ pattern: SplitPattern) throws {
    self.pattern = pattern
    func compile(_ expression: String) throws -> CompiledExpression {
      try CompiledExpression(expression) { reason in
        TokenizerError.invalidPattern(pattern.regex, reason: reason)
      }
    }
    let plain = try pattern.pcre2Expression()
    expression = try compile(plain)
    let newer = try pattern.pcre2Expression(knowsNewerCharacters: true)
    let isNeeded = NewerCharacters.areUnknownToPCRE2 && newer != plain
    newerExpression = isNeeded ? try compile(newer) : nil
  }

  /// Gives the pieces of the text in order; together they are the text.
  ///
  /// What lies between two matches is a piece as well, and so is the rest of a text in which
  /// the pattern runs out of its limit of steps, which only patterns that backtrack without
  /// bounds do. Pieces of more than 2^30 bytes are cut.
  /// - Parameter text: valid UTF-8.
  func forEachPiece(
    in text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    func emit(_ range: Range<Int>) {
      var start = range.lowerBound
      while start < range.upperBound {
        let end = min(start + Self.longestPiece, range.upperBound)
        body(UnsafeBufferPointer(rebasing: text[start..<end]))
        start = end
      }
    }
    var pieceStart = 0
    forEachMatch(in: text) { found in
      emit(pieceStart..<found.lowerBound)
      emit(found)
      pieceStart = found.upperBound
    }
    emit(pieceStart..<text.count)
  }

  /// Gives the places of the matches in order.
  ///
  /// A match may be empty, but not where the one before it ends: so Oniguruma and Rust iterate.
  /// - Parameter text: valid UTF-8.
  @inline(__always)
  func forEachMatch(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    var expression = expression
    if let newerExpression, NewerCharacters.occur(in: text) { expression = newerExpression }
    guard let match = expression.match(in: text) else { return }
    var lastEnd = -1
    var searchStart = 0
    while searchStart <= text.count {
      guard let found = match.next(from: searchStart) else { break }
      if !found.isEmpty || found.lowerBound != lastEnd { body(found) }
      lastEnd = found.upperBound
      searchStart =
        found.isEmpty ? Self.characterEnd(in: text, after: found.lowerBound) : found.upperBound
    }
  }

  private static let longestPiece = 1 << 30

  private static func characterEnd(in text: UnsafeBufferPointer<UInt8>, after start: Int) -> Int {
    var end = start + 1
    while end < text.count && text[end] & 0xC0 == 0x80 { end += 1 }
    return end
  }
}

extension SplitPattern {
  /// The pieces of a text, as training and encoding see them.
  package func pieces(of text: String) throws -> [String] {
    var text = text
    var pieces: [String] = []
    let splitter = try PieceSplitter(self)
    text.withUTF8 { bytes in
      splitter.forEachPiece(in: bytes) { pieces.append(String(decoding: $0, as: UTF8.self)) }
    }
    return pieces
  }
}
