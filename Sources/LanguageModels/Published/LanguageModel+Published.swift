import Checkpoints
import Foundation
import Layers
import Tensors
import Tokenizers

extension LanguageModel {
  /// Opens a folder as Hugging Face publishes models: `config.json`, safetensors, a tokenizer.
  static func openPublished(_ folder: URL) throws -> LanguageModel {
    let model = try PublishedModel(folder).transformer()
    let tokenizer = try TokenizerFile.load(folder.path)
    try check(tokenizer, fits: model, path: folder.path)
    return LanguageModel(model: model, tokenizer: tokenizer)
  }

  /// Opens a GGUF file of an architecture that ``PublishedFamily`` names.
  static func openGGUF(_ url: URL) throws -> LanguageModel {
    let model = try PublishedModel(url).transformer()
    let tokenizer = try GGUFFile(url).tokenizer()
    try check(tokenizer, fits: model, path: url.path)
    return LanguageModel(model: model, tokenizer: tokenizer)
  }

  /// Opens a llama2.c file with the tokenizer at `tokenizer`, or one that lies beside it.
  static func openLlama2C(_ url: URL, tokenizer: URL?) throws -> LanguageModel {
    let file = try Llama2CFile(url)
    let candidates =
      tokenizer.map { [$0] }
      ?? ["tokenizer.bin", "tok\(file.configuration.vocabularySize).bin"].map {
        url.deletingLastPathComponent().appendingPathComponent($0)
      }
    guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) })
    else { throw LanguageModelError.noTokenizer(path: url.path, looked: candidates.map(\.path)) }
    let shape = file.configuration
    let configuration = TransformerConfiguration.llama(
      vocabularySize: shape.vocabularySize, contextLength: shape.contextLength,
      width: shape.width, layerCount: shape.layerCount, headCount: shape.headCount,
      keyHeadCount: shape.keyHeadCount, hiddenWidth: shape.hiddenWidth, pairing: .neighbours,
      tiesHead: shape.isClassifierTied)
    let model = try build(configuration, from: PlacedWeights(file, .llama2C), path: url.path)
    let tokenizer = try TokenizerFile.load(found.path)
    try check(tokenizer, fits: model, path: url.path)
    return LanguageModel(model: model, tokenizer: tokenizer)
  }

  /// Builds a model of a checked configuration whose matrices stay as they are stored.
  private static func build(
    _ configuration: TransformerConfiguration, from weights: PlacedWeights, path: String
  ) throws -> Transformer {
    if let problem = configuration.problem {
      throw LanguageModelError.unreadableConfiguration(path: path, reason: problem)
    }
    let model = try Transformer(
      configuration, in: ParameterScope(loadingFrom: weights, asStored: true))
    try weights.checkAllUsed()
    return model
  }
}
