import LanguageModels
import Layers
import Tensors

/// What is learned where a frozen model takes up a teacher's belief: low-rank changes of all matrices in its blocks.
///
/// As in a night of an individual: queries, keys and values are matrices of their own, each with its own change.
struct Distillation: Sendable, Encodable {
  var rank = 16
  /// A change is multiplied by `alpha / rank`.
  var alpha: Float = 32
  /// Tokens that the teacher names for every place.
  var choices = 20

  /// The model with frozen weights and a change before each matrix, always the same ones.
  ///
  /// Both factors are drawn: with the usual zeros in one, the other would get no gradient in the first step.
  func initialized(_ shape: TrainingModel) throws -> Transformer {
    let model = try shape.initialized()
    model.parameters.setTrainable { _ in false }
    for parameter in model.parameters.parameters
    where parameter.shape.rank == 2 && parameter.path.hasPrefix("blocks.") {
      let (out, width) = (parameter.shape[0], parameter.shape[1])
      var random = RandomSource(seed: 2, name: parameter.path)
      let path = "lora.\(parameter.path)"
      let bound = (3 / Float(width)).squareRoot()
      parameter.stack(
        LowRank(
          down: Parameter(
            path: "\(path).down", value: .uniform([rank, width], bound: bound, using: &random)),
          up: Parameter(
            path: "\(path).up", value: .normal([out, rank], deviation: 0.02, using: &random)),
          scale: alpha / Float(rank)))
    }
    return model
  }
}

/// A teacher's most likely next tokens at every place of a batch, with probabilities that sum to 1.
struct Belief: Sendable {
  let choices: Int
  /// [batch * time * choices].
  let ids: [Int32]
  let probabilities: [Float]

  /// Random tokens, each place's all different, with the probabilities of random logits.
  init(_ distillation: Distillation, for model: TrainingModel) {
    choices = distillation.choices
    var random = RandomSource(seed: 1, name: "belief")
    var (ids, probabilities): ([Int32], [Float]) = ([], [])
    for _ in 0..<model.tokensPerStep {
      var some: Set<Int> = []
      while some.count < choices {
        some.insert(random.integer(in: 0..<model.configuration.vocabularySize))
      }
      ids += some.sorted().map(Int32.init)
      let logits = Tensor.normal([1, choices], deviation: 2, using: &random)
      let all = logits.topProbabilities(choices)
      probabilities += all.weights.values
    }
    (self.ids, self.probabilities) = (ids, probabilities)
  }

  /// What is to be foretold in some rows of the batch's tokens.
  func targets(_ rows: Range<Int>) -> SparseTargets {
    let places = rows.lowerBound * choices..<rows.upperBound * choices
    let shape: Shape = [rows.count, choices]
    return SparseTargets(
      ids: Tensor(indices: Array(ids[places]), shape: shape),
      weights: Tensor(Array(probabilities[places]), shape: shape))
  }
}
