import CommandLineInterface
import Foundation
import Individuals
import LanguageModels

struct GenerateCommand: Command {
  let name = "generate"
  let abstract = "Continues a prompt with a model, and prints the text alone."
  let examples = [
    "circadian generate --prompt 'It was a'",
    "circadian generate --model stories260K.gguf --temperature 0 --tokens 200",
  ]

  let model = CommandLineInterface.Option<URL?>(
    "model", completion: .files,
    help: "A folder, GGUF or llama2.c file, instead of the core that comes with the package.")
  let tokenizer = CommandLineInterface.Option<URL?>(
    "tokenizer", completion: .files, help: "The tokenizer of a llama2.c file.")
  let prompt = CommandLineInterface.Option(
    "prompt", default: "", help: "The text to continue; empty begins a document.")
  let tokens = CommandLineInterface.Option(
    "tokens", default: 256, must: .be(in: 1...1_000_000), help: "The most tokens to write.")
  let sampling = SamplingOptions()

  var parameters: ParameterList {
    model
    tokenizer
    prompt
    tokens
    sampling.section
  }

  private struct Report: Encodable {
    var text: String
    var tokens: [Int32]
    var promptTokens: Int
    var ending: Generator.Ending
    var seconds: Double
  }

  func run(_ invocation: Invocation) async throws {
    let model = try LanguageModel.open(
      invocation[model] ?? DefaultCore.folder, tokenizer: invocation[tokenizer])
    var generator = Generator(model.model, model.tokenizer)
    let begin = model.tokenizer.beginningOfText ?? model.tokenizer.endOfText
    let context =
      (begin.map { [$0] } ?? [])
      + (invocation[prompt].isEmpty ? [] : model.tokenizer.encode(invocation[prompt]))
    guard !context.isEmpty else {
      throw CommandError(
        "this tokenizer has no token that begins a document: give a --prompt", exitCode: .usage)
    }
    guard context.count <= generator.room else {
      throw CommandError(
        "the prompt has \(context.count) tokens, the model's context holds \(generator.room)",
        exitCode: .badData)
    }
    let start = Date()
    generator.read(context)
    var sampler = Sampler(sampling.sampling(invocation), seed: invocation.seed)
    var failure: (any Error)?
    let result = generator.write(
      limit: invocation[tokens], sampler: &sampler, stopStrings: invocation[sampling.stop],
      isInterrupted: { Interruption.isRequested || failure != nil },
      emit: { text in
        guard !invocation.wantsJSON, failure == nil else { return }
        do { try invocation.output.write(text) } catch { failure = error }
      })
    if let failure { throw failure }
    if invocation.wantsJSON {
      try invocation.emit(
        json: Report(
          text: result.text, tokens: result.tokens, promptTokens: context.count,
          ending: result.ending, seconds: Date().timeIntervalSince(start)))
    } else {
      try invocation.output.writeLine("")
    }
    try Interruption.check("")
  }
}
