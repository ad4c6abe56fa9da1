import Foundation
import LanguageModels
import Tensors

/// PyTorch as a contestant: a Python process that takes one step per request.
final class PyTorchTrainer: Contestant {
  let name: String
  let precision: Precision
  let isEngine = false
  private(set) var note = ""

  private let process = PeerProcess(script: "pytorch_training.py")

  private struct Setup: Encodable {
    let weights, tokens: String
    let vocabularySize, contextLength, width, layerCount, headCount: Int
    let batch, time, threads: Int
    let precision: Precision
    let isCompiled: Bool
    let learningRate, beta1, beta2, epsilon, weightDecay: Float
  }

  private struct Description: Decodable {
    let version, note: String
  }

  /// Starts nothing yet: ``start(_:_:from:)`` may find that there is no PyTorch.
  init(_ precision: Precision, isCompiled: Bool) {
    name = isCompiled ? "PyTorch, compiled" : "PyTorch, eager"
    self.precision = precision
    self.isCompiled = isCompiled
  }

  private let isCompiled: Bool

  /// Loads the model and the tokens of `start`.
  ///
  /// - Throws: ``PeerError`` saying what is missing.
  func start(
    _ shape: TrainingModel, _ settings: OptimizerSettings, from start: StartingPoint
  ) throws {
    let configuration = shape.configuration
    try process.start()
    let description: Description = try process.ask(
      Setup(
        weights: start.weights.path, tokens: start.tokens.path,
        vocabularySize: configuration.vocabularySize, contextLength: configuration.contextLength,
        width: configuration.width, layerCount: configuration.layerCount,
        headCount: configuration.headCount, batch: shape.batch, time: shape.time,
        threads: WorkerPool.shared.count, precision: precision, isCompiled: isCompiled,
        learningRate: settings.learningRate, beta1: settings.beta1, beta2: settings.beta2,
        epsilon: settings.epsilon, weightDecay: settings.weightDecay))
    note = "\(description.version), \(description.note)"
  }

  func step() throws -> StepResult { try process.ask("step") }

  func stop() { process.stop() }
}
