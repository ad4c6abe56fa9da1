import Foundation
import LanguageModels
import Layers
import Tensors
import TestSupport
import Testing
import Tokenizers

/// Shapes small enough for exact comparisons, with heads in groups where the family has them.
enum SmallConfiguration {
  static let gpt: TransformerConfiguration = {
    var configuration = TransformerConfiguration.gpt(
      depth: 2, vocabularySize: 61, contextLength: 48)
    configuration.width = 64
    configuration.headCount = 4
    configuration.keyHeadCount = 2
    configuration.hiddenWidth = 96
    return configuration
  }()

  static let convolved: TransformerConfiguration = {
    var configuration = gpt
    configuration.convolutionTaps = 3
    configuration.querySharpness = 1.5
    return configuration
  }()

  static let gpt2 = TransformerConfiguration.gpt2(
    vocabularySize: 61, contextLength: 48, width: 48, layerCount: 2, headCount: 3)

  static let llama = llama(.neighbours, tiesHead: true)

  static func llama(_ pairing: RotaryTable.Pairing, tiesHead: Bool) -> TransformerConfiguration {
    .llama(
      vocabularySize: 61, contextLength: 48, width: 64, layerCount: 3, headCount: 8,
      keyHeadCount: 2, hiddenWidth: 100, pairing: pairing, tiesHead: tiesHead)
  }

  /// Of cores that have memories in place of attention, with periods that no text divides.
  static let remembering: [TransformerConfiguration] = [
    remembering(.linear(.gatedDelta)), remembering(.titans(.init(period: 5))),
    remembering(.selfModifying(.init(period: 7))),
  ]

  static func remembering(_ memory: SequenceMemory) -> TransformerConfiguration {
    var configuration = convolved
    configuration.querySharpness = nil
    configuration.memory = memory
    configuration.continuum = .init(periods: [1, 2])
    return configuration
  }

  /// Those with attention, where slots can stand.
  static let attending = [gpt, convolved, gpt2, llama, llama(.halves, tiesHead: false)]

  /// Of a core that attends to a few tokens only.
  static let sparse: TransformerConfiguration = {
    var configuration = convolved
    configuration.indexer = .init(heads: 3, kept: 6)
    return configuration
  }()

  static let all = attending + remembering + [sparse]
}

/// A model whose every parameter is drawn at random, also those that start at zero or one.
func randomModel(_ configuration: TransformerConfiguration, seed: UInt64 = 1) throws -> Transformer
{
  let model = try Transformer(configuration, in: ParameterScope(seed: seed))
  for parameter in model.parameters.parameters {
    var random = RandomSource(seed: seed, name: "test \(parameter.path)")
    let isNormalization = parameter.path.contains("ormalization.weight")
    let drawn = Tensor.normal(parameter.shape, deviation: 0.15, using: &random)
    parameter.replace(
      with: isNormalization ? drawn + Tensor(repeating: 1, shape: parameter.shape) : drawn)
  }
  model.parameters.setTrainable { _ in false }
  return model
}

func randomTokens(_ count: Int, below limit: Int, seed: UInt64 = 2) -> [Int32] {
  var random = RandomSource(seed: seed, name: "tokens")
  return (0..<count).map { _ in Int32(random.integer(in: 0..<limit)) }
}

func row(_ tokens: some Collection<Int32>) -> Tensor {
  Tensor(indices: Array(tokens), shape: [1, tokens.count])
}

/// The largest difference between elements; infinite where shapes differ or a number is none.
func distance(_ a: Tensor, _ b: Tensor) -> Float {
  guard a.shape == b.shape else { return .infinity }
  let differences = zip(a.values, b.values).map { abs($0 - $1) }
  return differences.allSatisfy(\.isFinite) ? differences.max() ?? 0 : .infinity
}

/// A byte-pair tokenizer whose tokens are the 256 bytes, some merges and `<|endoftext|>`, which is last.
let smallTokenizer: BytePairTokenizer = {
  let text = String(
    repeating: "the cat and the dog saw the user: hello user: the naïve café 🙂 end\n", count: 4)
  do {
    return try BytePairTrainer(vocabularySize: 290, specialTokens: ["<|endoftext|>"])
      .train(on: [text])
  } catch { fatalError("\(error)") }
}()

/// A model that writes `script` after a context of `promptLength` tokens, whatever they are.
func scriptedModel(
  _ script: [Int32], promptLength: Int, vocabularySize: Int, contextLength: Int = 64
) throws -> Transformer {
  let width = 64
  precondition(contextLength <= width && promptLength + script.count <= contextLength + 1)
  let model = try Transformer(
    .gpt2(
      vocabularySize: vocabularySize, contextLength: contextLength, width: width, layerCount: 1,
      headCount: 1, tiesHead: false),
    in: ParameterScope(seed: 1))
  // Blocks start as the identity, so the state is the position's own axis, and the head reads it.
  for parameter in model.parameters.parameters {
    switch parameter.path {
    case "embedding.weight": parameter.replace(with: .zeros(parameter.shape))
    case "positions.weight":
      parameter.replace(
        with: Tensor(shape: parameter.shape) { floats in
          floats.initialize(repeating: 0)
          for position in 0..<contextLength { floats[position * width + position] = 1 }
        })
    case "head.weight":
      parameter.replace(
        with: Tensor(shape: parameter.shape) { floats in
          floats.initialize(repeating: 0)
          for (index, token) in script.enumerated() {
            floats[Int(token) * width + promptLength - 1 + index] = 5
          }
        })
    default: break
    }
  }
  return model
}

extension Sampler {
  static var greedy: Sampler {
    var sampling = Sampling()
    sampling.temperature = 0
    return Sampler(sampling, seed: 1)
  }
}
