import CommandLineInterface
import Foundation
import Individuals
import LanguageModels

struct ChatCommand: Command {
  let name = "chat"
  let abstract = "Talks with an individual; every turn is in its journal before the reply is shown."
  let discussion = """
    Type a line and press return; an empty line or Ctrl-D ends the conversation. When the context is \
    full, its older half is forgotten: what should last, the next night learns from the journal.
    """
  let examples = ["circadian chat ada", "echo 'Who are you?' | circadian chat ada"]

  let individual = Argument<String>("name", help: "Who is talked with.")
  let tokens = CommandLineInterface.Option(
    "tokens", default: 120, must: .be(in: 1...100_000), help: "The most tokens of a reply.")
  let sampling = SamplingOptions()

  var parameters: ParameterList {
    individual
    tokens
    sampling.section
  }

  private struct Report: Encodable {
    struct Turn: Encodable { var role, text: String }
    var individual: String
    var turns: [Turn]
  }

  func run(_ invocation: Invocation) async throws {
    let person = try invocation.individual(invocation[individual])
    let mind = try Mind.wake(person)
    var generator = Generator(mind.model, mind.tokenizer)
    var sampler = Sampler(sampling.sampling(invocation), seed: invocation.seed)
    let conversation = try person.journal.beginConversation(
      title: "Conversation of \(Date.now.formatted(.iso8601))")
    var lines = InputLines()
    var turns: [Report.Turn] = []
    while !Interruption.isRequested {
      if invocation.messages.isInteractive { try? invocation.messages.write("you: ") }
      guard let line = try lines.next(), !line.allSatisfy(\.isWhitespace) else { break }
      try person.journal.appendTurn(line, by: .user, to: conversation)
      let reply = answer(
        line, generator: &generator, mind: mind, sampler: &sampler, invocation: invocation)
      try person.journal.appendTurn(reply, by: .assistant, to: conversation)
      turns.append(.init(role: "user", text: line))
      turns.append(.init(role: "assistant", text: reply))
      if !invocation.wantsJSON { try invocation.output.writeLine("\(person.name): \(reply)") }
    }
    if invocation.wantsJSON {
      try invocation.emit(json: Report(individual: person.name, turns: turns))
    }
  }

  /// A reply to one line, in the form of a dialogue that a core of plain text knows from books.
  private func answer(
    _ line: String, generator: inout Generator, mind: Mind, sampler: inout Sampler,
    invocation: Invocation
  ) -> String {
    let start = generator.context.isEmpty ? mind.tokenizer.beginningOfText.map { [$0] } ?? [] : []
    let limit = min(invocation[tokens], generator.capacity / 2)
    let asked = (start + mind.tokenizer.encode("user: \(line)\nassistant:"))
      .suffix(max(generator.capacity - limit - 1, 1))
    generator.makeRoom(for: asked.count + limit)
    generator.read(Array(asked))
    let result = generator.write(
      limit: limit, sampler: &sampler, stopStrings: ["\nuser:", "\n"] + invocation[sampling.stop],
      isInterrupted: { Interruption.isRequested })
    generator.read(Array(mind.tokenizer.encode("\n").prefix(generator.room)))
    return result.text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
