import LanguageModels
import Optimizers
import Tensors
import Training

/// This engine as a contestant.
final class EngineTrainer: Contestant {
  let name = "Circadian"
  let precision: Precision
  let isEngine = true
  var note: String { "microbatch \(microbatch)" }

  private let shape: TrainingModel
  private let model: Transformer
  private let tokens: [Int32]
  private var optimizer: AdamW
  /// Windows that a worker carries at once.
  private var microbatch = 1
  private let clock = ContinuousClock()

  /// Builds the model and finds the size of microbatch that is fastest here.
  init(_ shape: TrainingModel, _ settings: OptimizerSettings, _ precision: Precision) throws {
    self.shape = shape
    self.precision = precision
    model = try shape.initialized()
    tokens = shape.tokens()
    optimizer = AdamW(
      learningRate: settings.learningRate, beta1: settings.beta1, beta2: settings.beta2,
      epsilon: settings.epsilon, weightDecay: settings.weightDecay)
    let sizes = [1, 2, 4, 8].filter {
      shape.batch % $0 == 0 && shape.batch / $0 >= WorkerPool.shared.count
    }
    let times = try sizes.map { size in
      _ = try gradients(microbatch: size)
      return try (0..<2).map { _ in try clock.timed { try gradients(microbatch: size) }.seconds }
        .min() ?? .infinity
    }
    microbatch = zip(sizes, times).min { $0.1 < $1.1 }?.0 ?? 1
  }

  func step() throws -> StepResult {
    let (loss, seconds) = try clock.timed {
      let (loss, gradients) = try gradients(microbatch: microbatch)
      try optimizer.update(
        model.parameters.trainable, along: gradients, rate: 1,
        gradientScale: 1 / Float(shape.tokensPerStep))
      return loss
    }
    return StepResult(loss: loss / Double(shape.tokensPerStep), seconds: seconds)
  }

  func stop() {}

  /// The sum of all losses and its gradients.
  private func gradients(microbatch: Int) throws -> (loss: Double, gradients: Gradients) {
    let (model, tokens, time) = (model, tokens, shape.time)
    return try precision.run {
      try ParallelGradients.sum(pieces: shape.batch / microbatch) { piece in
        var inputs: [Int32] = []
        var targets: [Int32] = []
        for window in piece * microbatch..<(piece + 1) * microbatch {
          let start = window * (time + 1)
          inputs += tokens[start..<start + time]
          targets += tokens[start + 1..<start + time + 1]
        }
        let hidden = model.hidden(Tensor(indices: inputs, shape: [microbatch, time]))
        return model.losses(hidden, SparseTargets(labels: targets)).sum()
      }
    }
  }
}
