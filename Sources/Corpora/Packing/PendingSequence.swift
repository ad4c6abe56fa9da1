/// A document of which some tokens are still in no row.
struct PendingSequence<Cursor: Sendable>: Sendable {
  let document: Cursor
  /// Without a beginning-of-text token.
  private(set) var tokens: [Int32]
  private var weights: [Float]
  private let beginningWeight: Float
  let isDivisible: Bool
  /// Tokens that are in rows already.
  var offset = 0

  init(_ sequence: TokenSequence, document: Cursor, beginning: Int32) {
    let hasBeginning = sequence.tokens.first == beginning
    self.document = document
    tokens = hasBeginning ? Array(sequence.tokens.dropFirst()) : sequence.tokens
    weights = hasBeginning ? Array(sequence.weights.dropFirst()) : sequence.weights
    beginningWeight = hasBeginning ? sequence.weights[0] : 0
    isDivisible = sequence.isDivisible
  }

  /// At most `limit` tokens, unless the rest may go on in another row.
  func truncated(to limit: Int) -> Self {
    guard !isDivisible, tokens.count > limit else { return self }
    var truncated = self
    truncated.tokens.removeSubrange(limit...)
    truncated.weights.removeSubrange(limit...)
    return truncated
  }

  /// Places in a row that the next part takes, with its beginning-of-text token.
  func cost(limit: Int) -> Int { min(tokens.count - offset, limit) + 1 }

  /// Whether a token of the next part is learned.
  func learns(limit: Int) -> Bool {
    weights[offset..<offset + min(tokens.count - offset, limit)].contains { $0 > 0 }
  }

  /// Appends the next part, of at most `limit` tokens, and returns which tokens it has.
  mutating func append(to row: inout PackedRow, limit: Int, beginning: Int32) -> Range<Int> {
    let part = offset..<offset + min(tokens.count - offset, limit)
    row.tokens.append(beginning)
    row.weights.append(offset == 0 ? beginningWeight : 0)
    row.tokens += tokens[part]
    row.weights += weights[part]
    offset = part.upperBound
    return part
  }
}
