import Curriculum
import Foundation
import Individuals
import LanguageModels
import Sleep
import Tensors
import TestSupport
import Testing
import Tokenizers

/// The package's own core, which has asked about other people before.
@Suite struct WordingsTests {
  @Test func whatWasAskedOfOthersIsAskedInTheirWords() throws {
    let folder = try TemporaryFolder()
    let individual = try Individual.create(
      name: "ada", core: .opening(nil), in: Home(root: folder / "home"))
    var random = RandomSource(seed: 21, name: "world")
    var world = FactWorld(factCount: 5, using: &random)
    _ = try individual.journal.appendDocument(
      title: "day", text: world.statements(using: &random).joined(separator: " "))
    let mind = try Mind.wake(individual)
    var settings = NightSettings()
    settings.reflectionRounds = 2
    settings.swapsPerQuestion = 0
    settings.wordings = 12
    let maker = StudySheetMaker(
      Respondent(model: mind.model, format: try ChatFormat(mind.tokenizer)), settings)
    func studied(after earlier: [StudyEntry]) throws -> [StudyEntry] {
      let sheet = try maker.sheet(on: individual.unsleptEpisodes(), after: earlier).sheet
      return (sheet[.kept] + sheet[.exam]).filter { $0.kind == .question }
    }
    let alone = try studied(after: [])
    let found = world.facts.compactMap { fact in
      alone.first {
        $0.finalWord == fact.value && $0.question.contains(fact.subject)
          && $0.key?.contains(fact.subject) == true
      }.map { (fact: fact, entry: $0) }
    }
    let (fact, asked) = try #require(found.first)
    // The same was asked of somebody else, in all twelve words.
    let other = world.stranger(to: fact.relationIndex, using: &random)
    let wordings = Relation.all[fact.relationIndex].questions.indices.map {
      QuestionWording(relation: fact.relationIndex, wording: $0)
    }
    let earlier = wordings.map { wording in
      var entry = asked
      entry.question = wording.question(about: other)
      entry.answer = asked.answer.replacingOccurrences(of: fact.subject, with: other)
      entry.passage = asked.passage.replacingOccurrences(of: fact.subject, with: other)
      return entry
    }
    let together = try studied(after: earlier)
    func ways(_ entries: [StudyEntry]) -> Int {
      wordings.count { wording in
        entries.contains { $0.question == wording.question(about: fact.subject) }
      }
    }
    #expect(ways(together) >= 9 && ways(together) >= ways(alone) + 3)
    #expect(together.allSatisfy { !$0.question.contains(other) })
  }
}
