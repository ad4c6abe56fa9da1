import Curriculum
import Foundation
import Individuals
import LanguageModels
import Tensors
import Testing
import Tokenizers

/// The package's own core talks for longer than its context.
@Suite struct ContextNotesTests {
  @Test func factsOutlastTheContext() throws {
    let core = try LanguageModel.open(DefaultCore.folder)
    let format = try ChatFormat(core.tokenizer)
    var random = RandomSource(seed: 5, name: "world")
    let world = FactWorld(factCount: 6, using: &random)
    let facts = world.statements(using: &random)
    var greedy = Sampling()
    greedy.temperature = 0
    let smallTalk = [
      "Hello!", "How are you?", "Thank you.", "That is nice.", "I am going for a walk.",
      "Good morning.",
    ]
    func share(withNotes: Bool) throws -> (right: Int, notes: [String]) {
      var limits = ChatSession.Limits()
      limits.replyTokens = 24
      var session = try ChatSession(
        SampledPredictor(core.model, format, Sampler(greedy, seed: 1)), format, limits: limits,
        takingNotes: withNotes
          ? { ContextNotes(core.model, format).taken(notes: $0, of: $1, tokens: $2) } : nil)
      for fact in facts { _ = session.reply(to: fact) }
      var forgotten = 0
      for index in 0..<60 where forgotten < 2 * facts.count {
        forgotten += session.reply(to: smallTalk[index % smallTalk.count]).forgottenTurns
      }
      #expect(forgotten >= 2 * facts.count)
      let right = world.facts.count { fact in
        let question = QuestionWording(relation: fact.relationIndex, wording: 0).question(
          about: fact.subject)
        return Lesson.finalWord(of: session.reply(to: question).turn.text) == fact.value
      }
      return (right, session.notes)
    }
    let with = try share(withNotes: true)
    let without = try share(withNotes: false)
    #expect(with.notes.count { facts.contains($0) } >= 5, "\(with.notes)")
    #expect(without.right == 0)
    #expect(with.right >= 4, "\(with.right) of 6")
  }
}
