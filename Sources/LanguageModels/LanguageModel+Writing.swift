import Checkpoints
import Files
import Foundation
import Tensors
import Tokenizers

extension LanguageModel {
  /// Writes weights, configuration and tokenizer into `folder`, each file atomically.
  ///
  /// `tokenizerFile` is copied as it is. In bfloat16 the weights take half the space.
  public static func write(
    _ model: Transformer, tokenizerFile: URL, pretrainingTokens: Int?, precision: Precision,
    to folder: URL
  ) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var writer = SafetensorsWriter()
    for parameter in model.parameters.parameters {
      writer.add(
        parameter.value, named: parameter.path, as: precision == .bfloat16 ? .bfloat16 : .float32)
    }
    try writer.write(to: folder.appendingPathComponent(weightsFileName))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let description = Description(
      configuration: model.configuration, pretrainingTokens: pretrainingTokens)
    try AtomicFile.write(
      try encoder.encode(description) + Data("\n".utf8),
      to: folder.appendingPathComponent(configurationFileName))
    let target = folder.appendingPathComponent(tokenizerFileName)
    if tokenizerFile.standardizedFileURL != target.standardizedFileURL {
      try AtomicFile.write(try Data(contentsOf: tokenizerFile), to: target)
    }
  }
}
