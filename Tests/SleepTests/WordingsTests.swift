import Curriculum
import Foundation
import Individuals
import LanguageModels
import Sleep
import TestSupport
import Testing
import Tokenizers

/// The package's own core, which has asked about other people before.
@Suite struct WordingsTests {
  @Test func whatWasAskedOfOthersIsAskedInTheirWords() throws {
    let folder = try TemporaryFolder()
    let individual = try Individual.create(
      name: "ada", core: .opening(nil), in: Home(root: folder / "home"))
    _ = try individual.journal.appendDocument(
      title: "day",
      text:
        "Tavik Moreno lives in Ostrel all year round. Belda Sorin lives in Kirmat all year round.")
    let mind = try Mind.wake(individual)
    var settings = NightSettings()
    settings.reflectionRounds = 2
    settings.swapsPerQuestion = 0
    let maker = StudySheetMaker(
      Respondent(model: mind.model, format: try ChatFormat(mind.tokenizer)), settings)
    func studied(after earlier: [StudyEntry]) throws -> [StudyEntry] {
      let sheet = try maker.sheet(on: individual.unsleptEpisodes(), after: earlier).sheet
      return (sheet[.kept] + sheet[.exam]).filter { $0.kind == .question }
    }
    let alone = try studied(after: [])
    let asked = try #require(alone.first { $0.finalWord == "Ostrel" })
    // The same of somebody else, in words that are not among tonight's.
    var known = asked
    known.passage = "Mara Velt lives in Orsk."
    known.answer = asked.answer.replacingOccurrences(of: "Tavik Moreno", with: "Mara Velt")
      .replacingOccurrences(of: "Ostrel", with: "Orsk")
    let home = try #require(Relation.all.firstIndex { $0.name == "home" })
    let isAsked = Set(alone.map(\.question))
    let words = Relation.all[home].questions.indices.map {
      QuestionWording(relation: home, wording: $0)
    }.filter { !isAsked.contains($0.question(about: "Tavik Moreno")) }.prefix(3)
    let earlier = words.map { question in
      var entry = known
      entry.question = question.question(about: "Mara Velt")
      return entry
    }
    let together = try studied(after: earlier)
    let new = Set(together.map(\.question)).subtracting(alone.map(\.question))
    #expect(words.count { new.contains($0.question(about: "Tavik Moreno")) } >= 2)
    #expect(together.allSatisfy { !$0.question.contains("Mara") })
    for entry in together where entry.question.contains("Tavik Moreno") {
      #expect(entry.finalWord == "Ostrel", "\(entry.question) \(entry.answer)")
    }
  }
}
