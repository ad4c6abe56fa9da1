import Checkpoints
import Foundation
import Layers
import Tensors
import Tokenizers

extension LanguageModel {
  /// Opens a folder as Hugging Face publishes models: `config.json`, safetensors, a tokenizer.
  static func openPublished(_ folder: URL) throws -> LanguageModel {
    let configurationFile = folder.appendingPathComponent(configurationFileName)
    let published = try PublishedConfiguration(configurationFile)
    let weights = try publishedWeights(in: folder)
    let names = Set(weights.tensorNames)
    let headName = published.family == .gptNeoX ? "embed_out.weight" : "lm_head.weight"
    let configuration = try published.transformer(hasHead: names.contains(headName))
    let prefix = PlacementTable.prefix(of: published.family)
    let hasPrefix = names.contains { $0.hasPrefix(prefix) }
    var table = PlacementTable.huggingFace(
      published.family, configuration, prefix: hasPrefix ? prefix : "")
    if configuration.tiesHead {
      // Some files hold the embedding a second time.
      let isIgnorable = table.isIgnorable
      table.isIgnorable = { $0 == headName || isIgnorable($0) }
    }
    let model = try build(
      configuration, from: PlacedWeights(weights, table), path: configurationFile.path)
    let tokenizer = try TokenizerFile.load(folder.path)
    try check(tokenizer, fits: model, path: folder.path)
    return LanguageModel(model: model, tokenizer: tokenizer)
  }

  private static func publishedWeights(in folder: URL) throws -> ShardedSafetensors {
    do {
      return try ShardedSafetensors(folder: folder)
    } catch {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      if let pickled = files.sorted().first(where: { $0.hasSuffix(".bin") || $0.hasSuffix(".pth") }
      ),
        !files.contains(where: { $0.hasSuffix(".safetensors") })
      {
        throw LanguageModelError.unreadableConfiguration(
          path: folder.appendingPathComponent(pickled).path,
          reason: "pickled weights can hold programs and are not read; save them as safetensors")
      }
      throw error
    }
  }

  /// Builds a model of a checked configuration whose matrices stay as they are stored.
  static func build(
    _ configuration: TransformerConfiguration, from weights: PlacedWeights, path: String
  ) throws -> Transformer {
    if let problem = configuration.problem {
      throw LanguageModelError.unreadableConfiguration(path: path, reason: problem)
    }
    let scope = ParameterScope(loadingFrom: weights, asStored: true)
    let model = try Transformer(configuration, in: scope)
    try weights.checkAllUsed()
    return model
  }
}
