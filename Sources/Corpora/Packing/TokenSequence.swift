/// The tokens of one document, each with how much its prediction counts in the loss.
public struct TokenSequence: Sendable, Hashable {
  public let tokens: [Int32]
  /// For each token the weight of predicting it, finite and not negative; 0 leaves it out of the loss.
  public let weights: [Float]
  /// Whether a row may hold only a part, and a later row what follows it.
  ///
  /// Running text goes on in another row. A conversation without its beginning would teach answers
  /// to what the model cannot see, so it is cut off instead.
  public let isDivisible: Bool

  /// - Precondition: As many weights as tokens, each finite and not negative.
  public init(_ tokens: [Int32], weights: [Float], isDivisible: Bool) {
    precondition(
      tokens.count == weights.count, "\(tokens.count) tokens with \(weights.count) weights")
    precondition(weights.allSatisfy { $0 >= 0 && $0.isFinite }, "a weight is not a share")
    self.tokens = tokens
    self.weights = weights
    self.isDivisible = isDivisible
  }

  /// Running text, of which every token is learned.
  public init(text tokens: [Int32]) {
    self.init(tokens, weights: Array(repeating: 1, count: tokens.count), isDivisible: true)
  }

  /// A conversation, of which only the marked tokens are learned.
  ///
  /// - Precondition: As many marks as tokens.
  public init(conversation tokens: [Int32], isLearned: [Bool]) {
    self.init(tokens, weights: isLearned.map { $0 ? 1 : 0 }, isDivisible: false)
  }
}

/// Documents in a fixed order, to any of which the source can go back.
public protocol TokenSequenceSource {
  /// A place in the order: of two documents the earlier has the smaller.
  associatedtype Cursor: Codable & Comparable & Sendable

  /// Where the next document begins.
  var cursor: Cursor { get }

  /// The next document, nil after the last.
  mutating func next() throws -> TokenSequence?

  /// Goes to a place that `cursor` once named, from where `next` gives the same documents again.
  mutating func seek(to cursor: Cursor) throws
}
