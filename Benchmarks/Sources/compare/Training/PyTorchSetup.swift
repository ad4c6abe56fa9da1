import LanguageModels
import Tensors

/// What a script that trains in PyTorch has to know; lengths in tokens.
struct PyTorchSetup: Encodable {
  let weights, tokens, ids, probabilities: String
  let vocabularySize, contextLength, width, layerCount, headCount: Int
  let batch, time, threads: Int
  let precision: Precision
  let isCompiled: Bool
  let distillation: Distillation?
  let learningRate, beta1, beta2, epsilon, weightDecay: Float

  init(
    _ shape: TrainingModel, _ settings: OptimizerSettings, _ precision: Precision,
    isCompiled: Bool, distillation: Distillation? = nil, from start: StartingPoint
  ) {
    let configuration = shape.configuration
    (weights, tokens) = (start.weights.path, start.tokens.path)
    (ids, probabilities) = (start.ids.path, start.probabilities.path)
    vocabularySize = configuration.vocabularySize
    contextLength = configuration.contextLength
    width = configuration.width
    layerCount = configuration.layerCount
    headCount = configuration.headCount
    (batch, time) = (shape.batch, shape.time)
    threads = WorkerPool.shared.count
    self.precision = precision
    self.isCompiled = isCompiled
    self.distillation = distillation
    learningRate = settings.learningRate
    (beta1, beta2) = (settings.beta1, settings.beta2)
    (epsilon, weightDecay) = (settings.epsilon, settings.weightDecay)
  }
}
