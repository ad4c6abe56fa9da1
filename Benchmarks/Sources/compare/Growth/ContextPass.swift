import LanguageModels
import Tensors
import Training

/// Seconds per token of a model's passes over contexts of some length.
struct ContextPass {
  let parameterCount: Int
  let cost: PassCost
  private let model: Transformer
  private let tokens: [Int32]
  /// Tokens that each worker trains on in a pass, so that short contexts take long enough to be timed.
  private let mostTokens: Int

  init(_ model: Transformer, mostTokens: Int) {
    (self.model, self.mostTokens) = (model, mostTokens)
    parameterCount = model.parameters.count
    cost = PassCost(model.configuration, weights: model.multipliedWeightCount)
    var random = RandomSource(seed: 1, name: "contexts")
    tokens = (0...mostTokens).map { _ in
      Int32(random.integer(in: 0..<model.configuration.vocabularySize))
    }
  }

  /// Forward and backward, a sequence for each worker at a time; indexers learn as they do in training.
  func training(_ length: Int) throws -> Double {
    let pieces = WorkerPool.shared.count * max(mostTokens / length, 1)
    let (model, tokens) = (model, tokens)
    let inputs = Tensor(indices: Array(tokens[..<length]), shape: [1, length])
    let targets = SparseTargets(labels: Array(tokens[1...length]))
    let seconds = try ContinuousClock().timed {
      try Precision.fastest.run {
        try ParallelGradients.sum(pieces: pieces) { _ in
          guard model.configuration.indexer != nil else {
            return model.losses(model.hidden(inputs), targets).sum()
          }
          let (hidden, lessons) = model.hidden(inputs, teachingIndexers: false)
          return lessons.reduce(model.losses(hidden, targets).sum().reshaped([1])) { $0 + $1 }
        }
      }
    }.seconds
    return seconds / Double(pieces * length)
  }

  /// Prompts read into an empty context, with all cores, one after the other.
  func reading(_ length: Int) -> Double {
    let reader = DirectReader(model)
    let prompt = Array(tokens[..<length])
    let count = max(min(mostTokens, 4096) / length, 1)
    let seconds = ContinuousClock().timed {
      for _ in 0..<count {
        let memory = WorkingMemory(model.configuration, capacity: length)
        _ = reader.logits(reading: prompt, into: memory)
      }
    }.seconds
    return seconds / Double(count * length)
  }
}
