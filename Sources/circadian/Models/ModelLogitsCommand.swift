import Checkpoints
import CommandLineInterface
import Foundation
import Individuals
import LanguageModels
import Tensors

struct ModelLogitsCommand: Command {
  let name = "logits"
  let abstract =
    "Writes what a model expects after every token of a text, to compare it with other programs."
  let discussion = """
    The numbers are logits before sampling, softly capped where the model does so, one row for every token, in a safetensors file \
    as 'logits' [tokens, vocabulary].
    """
  let examples = [
    "circadian model logits ./model --tokens '1 5 9' --out logits.safetensors",
    "circadian model logits model.gguf --text 'It was' --cached --out logits.safetensors",
  ]

  let model = Argument<URL?>("model", completion: .files, help: "A folder, GGUF or llama2.c file.")
  let individual = CommandLineInterface.Option<String?>(
    "individual", help: "An individual with what it has learned, instead of a model.")
  let tokens = CommandLineInterface.Option<String?>(
    "tokens", help: "Token ids, separated by spaces.")
  let text = CommandLineInterface.Option<String?>("text", help: "A text instead of tokens.")
  let adapter = AdapterOption.option
  let cached = Flag("cached", help: "Read the tokens one after the other through the cache.")
  let out = CommandLineInterface.Option<URL>("out", completion: .files, help: "The file to write.")

  var parameters: ParameterList {
    model
    individual
    tokens
    text
    adapter
    cached
    out
  }

  private struct Report: Encodable { var tokens: [Int32], vocabulary: Int, out: String }

  func run(_ invocation: Invocation) async throws {
    let opened = try opened(invocation)
    let ids = try tokens(of: opened, invocation)
    let window = opened.model.configuration.contextLength
    guard (1...window).contains(ids.count) else {
      throw CommandError(
        "\(ids.count) tokens, expected 1 to \(window), which the model's context holds",
        exitCode: .badData)
    }
    let transformer = opened.model
    let logits: Tensor
    if invocation[cached] {
      let memory = WorkingMemory(transformer.configuration, capacity: ids.count)
      logits = .concatenated(
        ids.map { id in
          transformer.cappedLogits(
            transformer.hidden(Tensor(indices: [id], shape: [1, 1]), cache: memory))
        }, axis: 1)
    } else {
      logits = transformer.cappedLogits(
        transformer.hidden(Tensor(indices: ids, shape: [1, ids.count])))
    }
    let vocabulary = logits.shape.width
    var writer = SafetensorsWriter()
    writer.add(logits.reshaped([ids.count, vocabulary]), named: "logits")
    try writer.write(to: invocation[out])
    try invocation.report(Report(tokens: ids, vocabulary: vocabulary, out: invocation[out].path)) {
      "\(ids.count) rows of \(vocabulary) logits in \(invocation[out].path)"
    }
  }

  private func opened(_ invocation: Invocation) throws -> LanguageModel {
    switch (invocation[model], invocation[individual]) {
    case (let url?, nil):
      let opened = try LanguageModel.open(url)
      if let found = try AdapterOption.read(invocation, for: url) {
        try found.attach(to: opened.model, source: invocation[adapter]?.path ?? "")
      }
      return opened
    case (nil, let name?):
      let mind = try Mind.wake(
        Individual.open(name: name, in: Home(root: invocation.home), access: .reading))
      return LanguageModel(model: mind.model, tokenizer: mind.tokenizer)
    case (nil, nil), (_?, _?):
      throw CommandError("name either a model or an --individual", exitCode: .usage)
    }
  }

  private func tokens(of model: LanguageModel, _ invocation: Invocation) throws -> [Int32] {
    switch (invocation[tokens], invocation[text]) {
    case (let list?, nil):
      return try list.split(whereSeparator: \.isWhitespace).map { word in
        guard let id = Int32(word), id >= 0, id < model.model.configuration.vocabularySize else {
          throw CommandError(
            "'\(word)' is no token of a vocabulary of \(model.model.configuration.vocabularySize)",
            exitCode: .badData)
        }
        return id
      }
    case (nil, let words?):
      return (model.tokenizer.beginningOfText.map { [$0] } ?? []) + model.tokenizer.encode(words)
    case (nil, nil), (_?, _?):
      throw CommandError("give either --tokens or --text", exitCode: .usage)
    }
  }
}
