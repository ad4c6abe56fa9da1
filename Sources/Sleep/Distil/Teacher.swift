import LanguageModels
import Tensors

/// What a model believes at every token of a text, as its most likely next tokens.
public enum Teacher {
  /// How many of the most likely tokens are kept: what lies beyond them
  /// is estimated by the text (see ``StudyMaterial``).
  static let beliefSize = 20

  /// Belief with the text itself in the context: the model has read the passage and reads it again.
  ///
  /// Passages are as long as half the context allows. The first token has no row.
  public static func beliefInContext(
    _ model: Transformer, _ tokens: [Int32]
  ) throws -> SparseTargets {
    try belief(model, tokens, passage: inContextPassage(model), readsTwice: true)
  }

  /// Belief of the model as it is, each window starting empty.
  public static func belief(
    _ model: Transformer, _ tokens: [Int32], window: Int
  ) throws -> SparseTargets {
    try belief(model, tokens, passage: window, readsTwice: false)
  }

  /// The losses in nats with the text in the context: the ceiling of what a night could keep.
  public static func lossesInContext(_ model: Transformer, _ tokens: [Int32]) throws -> [Float] {
    try passages(model, tokens, passage: inContextPassage(model), readsTwice: true) {
      logits, range in
      logits.crossEntropy(
        SparseTargets(labels: Array(tokens[range])), softcap: model.configuration.softcap
      ).values
    }.flatMap { $0 }
  }

  /// The most likely token at every token but the first, with the text in the context.
  public static func guessesInContext(_ model: Transformer, _ tokens: [Int32]) throws -> [Int32] {
    try passages(model, tokens, passage: inContextPassage(model), readsTwice: true) { logits, _ in
      logits.argmax().map(Int32.init)
    }.flatMap { $0 }
  }

  /// Belief at every token of `answer`, with `context` before it.
  static func belief(
    _ model: Transformer, answer: [Int32], after context: [Int32]
  ) -> SparseTargets {
    let inputs = context + answer.dropLast()
    let hidden = model.hidden(Tensor(indices: inputs, shape: [1, inputs.count]))
    let rows = hidden.sliced(axis: 1, context.count - 1..<inputs.count)
    return model.logits(rows).topProbabilities(
      beliefSize, softcap: model.configuration.softcap, normalized: false)
  }

  private static func inContextPassage(_ model: Transformer) -> Int {
    model.configuration.contextLength / 2
  }

  private static func belief(
    _ model: Transformer, _ tokens: [Int32], passage: Int, readsTwice: Bool
  ) throws -> SparseTargets {
    let parts = try passages(model, tokens, passage: passage, readsTwice: readsTwice) { logits, _ in
      logits.topProbabilities(
        beliefSize, softcap: model.configuration.softcap, normalized: false)
    }
    return SparseTargets(
      ids: Tensor(
        indices: parts.flatMap { $0.ids.withIndices(Array.init) },
        shape: [tokens.count - 1, parts[0].perRow]),
      weights: Tensor(
        parts.flatMap(\.weights.values), shape: [tokens.count - 1, parts[0].perRow]))
  }

  /// Calls `body` with the logits of every token but the first, passage by passage, and their range.
  private static func passages<Result: Sendable>(
    _ model: Transformer, _ tokens: [Int32], passage: Int, readsTwice: Bool,
    _ body: @Sendable (Tensor, Range<Int>) throws -> Result
  ) throws -> [Result] {
    let length = readsTwice ? passage : min(passage, model.configuration.contextLength)
    let starts = Array(stride(from: 0, to: tokens.count - 1, by: length))
    return try WorkerPool.shared.map(starts.count) { index in
      let start = starts[index]
      let end = min(start + length, tokens.count - 1)
      let first = readsTwice ? tokens[start + 1..<end + 1] : []
      let inputs = first + tokens[start..<end]
      let hidden = model.hidden(Tensor(indices: Array(inputs), shape: [1, inputs.count]))
      let again = hidden.sliced(axis: 1, first.count..<inputs.count)
      return try body(model.logits(again), start + 1..<end + 1)
    }
  }
}
