import LanguageModels
import Layers
import Tensors

/// A model of GPT-2's shape with the batch that it is trained on, the same for everyone who is compared.
struct TrainingModel: Sendable {
  let name: String
  let configuration: TransformerConfiguration
  /// Windows per step, and tokens per window.
  let batch, time: Int

  static let all = [
    TrainingModel(
      name: "12.3M",
      configuration: .gpt2(
        vocabularySize: 4096, contextLength: 256, width: 384, layerCount: 6, headCount: 6),
      batch: 16, time: 256),
    TrainingModel(
      name: "1.9M",
      configuration: .gpt2(
        vocabularySize: 512, contextLength: 256, width: 192, layerCount: 4, headCount: 3),
      batch: 32, time: 256),
    TrainingModel(
      name: "124M",
      configuration: .gpt2(
        vocabularySize: 50_257, contextLength: 1024, width: 768, layerCount: 12, headCount: 12),
      batch: 4, time: 64),
  ]

  var tokensPerStep: Int { batch * time }

  /// The model with GPT-2's initial weights, always the same ones.
  ///
  /// The engine's own zeros at the end of every branch would hide the branches from the first loss.
  func initialized(seed: UInt64 = 1) throws -> Transformer {
    let model = try Transformer(configuration, in: ParameterScope(seed: seed))
    let residual = 0.02 / Float(2 * configuration.layerCount).squareRoot()
    for parameter in model.parameters.parameters where parameter.shape.rank == 2 {
      let isResidual =
        parameter.path.hasSuffix("attention.output.weight")
        || parameter.path.hasSuffix("feedForward.down.weight")
      var random = RandomSource(seed: seed, name: parameter.path)
      parameter.replace(
        with: .normal(parameter.shape, deviation: isResidual ? residual : 0.02, using: &random))
    }
    return model
  }

  /// `batch` windows of `time` + 1 random tokens: inputs and targets overlap by all but one.
  func tokens() -> [Int32] {
    var random = RandomSource(seed: 1, name: "tokens")
    return (0..<batch * (time + 1)).map { _ in
      Int32(random.integer(in: 0..<configuration.vocabularySize))
    }
  }
}

/// The settings of AdamW that all sides use.
struct OptimizerSettings: Sendable, Codable {
  var learningRate: Float = 3e-4
  var beta1: Float = 0.9
  var beta2: Float = 0.95
  var epsilon: Float = 1e-8
  var weightDecay: Float = 0.1
}
