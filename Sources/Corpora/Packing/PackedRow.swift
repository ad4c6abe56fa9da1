/// A full row of a training batch: inputs are all tokens but the last, labels all but the first.
public struct PackedRow: Sendable, Hashable {
  /// One more than the row's length; the first begins a text.
  public var tokens: [Int32]
  /// For each token the weight of predicting it; the first is 0, and one of the others is not.
  public var weights: [Float]

  /// A row from tokens and as many weights.
  public init(_ tokens: [Int32], weights: [Float]) {
    self.tokens = tokens
    self.weights = weights
  }
}

/// Why documents cannot be packed into rows.
public enum PackingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// So many documents in a row have no token that is learned within a row's length.
  case nothingLearned(documents: Int, length: Int)
  /// The cursor names a document or an offset that the corpus does not have.
  case cursorMismatch(document: String, offset: Int)

  public var description: String {
    switch self {
    case .nothingLearned(let documents, let length):
      "\(documents) documents in a row have nothing to learn in their first \(length) tokens; "
        + "expected longer rows, or conversations that an assistant answers"
    case .cursorMismatch(let document, let offset):
      "the checkpoint goes on at token \(offset) of the document at \(document), which the corpus "
        + "does not have; expected the files and the tokenizer the run began with"
    }
  }
}
