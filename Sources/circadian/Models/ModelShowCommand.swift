import CommandLineInterface
import Foundation
import LanguageModels
import Tensors

struct ModelShowCommand: Command {
  let name = "show"
  let abstract = "Describes a model: its shape, its tokenizer, and how its weights are stored."
  let examples = ["circadian model show ./Qwen3-0.6B", "circadian model show model.Q4_K_M.gguf"]

  let model = Argument<URL>("model", completion: .files, help: "A folder, GGUF or llama2.c file.")
  let tokenizer = CommandLineInterface.Option<URL?>(
    "tokenizer", completion: .files, help: "The tokenizer of a llama2.c file.")

  var parameters: ParameterList {
    model
    tokenizer
  }

  private struct Report: Encodable {
    var configuration: TransformerConfiguration
    var weights: Int
    /// By how they are stored.
    var weightsByType: [String: Int]
    var storedBytes: Int
    var cacheBytesPerToken: Int
    var tokens: Int
    var beginningOfText, endOfText: Int32?
  }

  func run(_ invocation: Invocation) async throws {
    let opened = try LanguageModel.open(invocation[model], tokenizer: invocation[tokenizer])
    let configuration = opened.model.configuration
    var byType: [String: Int] = [:]
    var bytes = 0
    for parameter in opened.model.parameters.parameters {
      let type = parameter.value.scalarType
      byType[type.name, default: 0] += parameter.shape.count
      bytes += type.byteCount(of: parameter.shape.count)
    }
    let report = Report(
      configuration: configuration, weights: opened.model.parameters.count, weightsByType: byType,
      storedBytes: bytes, cacheBytesPerToken: configuration.cacheBytesPerToken,
      tokens: opened.tokenizer.vocabularySize, beginningOfText: opened.tokenizer.beginningOfText,
      endOfText: opened.tokenizer.endOfText)
    try invocation.report(report) {
      let types = byType.sorted { $0.value > $1.value }
        .map { "\($0.key) \($0.value.formatted())" }.joined(separator: ", ")
      return """
        \(report.weights.formatted()) weights (\(types)) in \(Readable.bytes(bytes))
        \(configuration.layerCount) layers of width \(configuration.width), \
        \(configuration.headCount) heads of \(configuration.headWidth), \
        \(configuration.keyHeadCount) of keys and values, feed-forward blocks of \
        \(configuration.hiddenWidth)
        a context of \(configuration.contextLength) tokens, \
        \(Readable.bytes(report.cacheBytesPerToken)) each
        a vocabulary of \(configuration.vocabularySize), its tokenizer of \(report.tokens)
        """
    }
  }
}
