import Checkpoints
import Foundation
import LanguageModels
import Layers
import TestSupport

/// A sound model folder, parts of which a test replaces.
struct ModelFolder {
  let temporary: TemporaryFolder
  let model: Transformer
  /// `config.json` as it should be.
  let soundConfiguration: Data

  var url: URL { temporary.url }
  var configurationFile: URL { temporary / LanguageModel.configurationFileName }

  static let configuration: TransformerConfiguration = {
    var configuration = SmallConfiguration.gpt
    configuration.vocabularySize = smallTokenizer.vocabularySize
    configuration.width = 32
    configuration.hiddenWidth = 48
    return configuration
  }()

  init(
    _ configuration: TransformerConfiguration = configuration, pretrainingTokens: Int? = 1234
  ) throws {
    temporary = try TemporaryFolder()
    model = try randomModel(configuration)
    let tokenizerFile = temporary / "trained.json"
    try smallTokenizer.save(to: tokenizerFile.path)
    try LanguageModel.write(
      model, tokenizerFile: tokenizerFile, pretrainingTokens: pretrainingTokens,
      precision: .float32, to: temporary.url)
    soundConfiguration = try Data(
      contentsOf: temporary / LanguageModel.configurationFileName)
  }

  func open() throws -> LanguageModel { try LanguageModel.open(url) }

  /// Writes the weights again after `change` has been at them.
  func rewriteWeights(_ change: (inout TensorDictionary) -> Void) throws {
    var tensors = TensorDictionary(model.parameters.parameters.map { ($0.path, $0.value) })
    change(&tensors)
    var writer = SafetensorsWriter()
    for name in tensors.tensorNames {
      if let tensor = tensors[name] { writer.add(tensor, named: name) }
    }
    try writer.write(to: temporary / LanguageModel.weightsFileName)
  }

  /// Writes the sound `config.json` after `change` has been at its decoded contents.
  func rewriteConfiguration(_ change: (inout [String: Any]) -> Void) throws {
    let sound = try JSONSerialization.jsonObject(with: soundConfiguration)
    var object = sound as? [String: Any] ?? [:]
    change(&object)
    try writeConfiguration(
      JSONSerialization.data(withJSONObject: object, options: .sortedKeys))
  }

  func writeConfiguration(_ bytes: Data) throws {
    _ = try temporary.file(bytes, name: LanguageModel.configurationFileName)
  }
}
