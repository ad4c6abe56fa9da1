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

  /// Windows that a worker carries at once.
  let microbatch: Int
  let work: StepWork
  /// Weights that every token is multiplied by.
  var multipliedWeightCount: Int { model.multipliedWeightCount }

  /// Smaller microbatches need less memory: the first that takes at most so many times as long as the fastest is taken.
  private static let negligible = 1.02

  private let shape: TrainingModel
  private let model: Transformer
  private let tokens: [Int32]
  private let belief: Belief?
  private var optimizer: AdamW

  /// Builds the model, and finds a size of microbatch that is fast here where none is given.
  ///
  /// With a `distillation`, low-rank changes are trained; otherwise the whole model.
  init(
    _ shape: TrainingModel, _ settings: OptimizerSettings, _ precision: Precision,
    distillation: Distillation? = nil, microbatch: Int? = nil
  ) throws {
    self.shape = shape
    self.precision = precision
    let model = try distillation?.initialized(shape) ?? shape.initialized()
    let (tokens, belief) = (shape.tokens(), distillation.map { Belief($0, for: shape) })
    (self.model, self.tokens, self.belief) = (model, tokens, belief)
    let trained = model.parameters.trainableCount
    work = StepWork(
      shape, parameters: model.parameters.count + (distillation == nil ? 0 : trained),
      trained: trained)
    optimizer = AdamW(
      learningRate: settings.learningRate, beta1: settings.beta1, beta2: settings.beta2,
      epsilon: settings.epsilon, weightDecay: settings.weightDecay)
    let sizes = [1, 2, 4, 8].filter {
      shape.batch % $0 == 0 && shape.batch / $0 >= WorkerPool.shared.count
    }
    func pass(_ size: Int) throws {
      _ = try Self.gradients(shape, model, tokens, belief, precision, microbatch: size)
    }
    func seconds(_ size: Int) throws -> Double {
      try pass(size)
      return try (0..<5).map { _ in try ContinuousClock().timed { try pass(size) }.seconds }
        .min() ?? .infinity
    }
    let timed = microbatch == nil ? try sizes.map { (size: $0, seconds: try seconds($0)) } : []
    let fastest = timed.map(\.seconds).min() ?? 0
    self.microbatch =
      microbatch ?? timed.first { $0.seconds <= Self.negligible * fastest }?.size ?? 1
  }

  func step() throws -> StepResult {
    let (loss, seconds) = try ContinuousClock().timed {
      let (loss, gradients) = try Self.gradients(
        shape, model, tokens, belief, precision, microbatch: microbatch)
      try optimizer.update(
        model.parameters.trainable, along: gradients, rate: 1,
        gradientScale: 1 / Float(shape.tokensPerStep))
      return loss
    }
    return StepResult(loss: loss / Double(shape.tokensPerStep), seconds: seconds)
  }

  func stop() {}

  /// The sum of all losses and its gradients.
  private static func gradients(
    _ shape: TrainingModel, _ model: Transformer, _ tokens: [Int32], _ belief: Belief?,
    _ precision: Precision, microbatch: Int
  ) throws -> (loss: Double, gradients: Gradients) {
    let time = shape.time
    return try precision.run {
      try ParallelGradients.sum(pieces: shape.batch / microbatch) { piece in
        var inputs: [Int32] = []
        var labels: [Int32] = []
        let windows = piece * microbatch..<(piece + 1) * microbatch
        for window in windows {
          let start = window * (time + 1)
          inputs += tokens[start..<start + time]
          labels += tokens[start + 1..<start + time + 1]
        }
        let hidden = model.hidden(Tensor(indices: inputs, shape: [microbatch, time]))
        let rows = windows.lowerBound * time..<windows.upperBound * time
        return model.losses(hidden, belief?.targets(rows) ?? SparseTargets(labels: labels)).sum()
      }
    }
  }
}
