import Curriculum
import Foundation
import Individuals
import LanguageModels
import Sleep
import Tensors
import TestSupport
import Testing
import Tokenizers

/// The package's own core reflects on a world of ten facts.
@Suite struct StudySheetMakerTests {
  private static let world = {
    var random = RandomSource(seed: 21, name: "world")
    let world = FactWorld(factCount: 10, using: &random)
    return (world, text: world.statements(using: &random).joined(separator: " "))
  }()

  private func sheet(
    on text: String, isReserved: @escaping @Sendable (String) -> Bool = { _ in false }
  ) throws -> (sheet: StudySheet, report: GuardReport) {
    let folder = try TemporaryFolder()
    let individual = try Individual.create(
      name: "ada", core: .opening(nil), in: Home(root: folder / "home"))
    _ = try individual.journal.appendDocument(title: "day", text: text)
    let mind = try Mind.wake(individual)
    var settings = NightSettings()
    settings.reflectionRounds = 3
    let respondent = Respondent(model: mind.model, format: try ChatFormat(mind.tokenizer))
    return try StudySheetMaker(respondent, settings, isReserved: isReserved)
      .sheet(on: individual.unsleptEpisodes())
  }

  /// What the day takes back is not studied, and of a day without sense hardly anything is.
  @Test func poisonedDay() throws {
    var random = RandomSource(seed: 22, name: "world")
    let world = FactWorld(factCount: 12, using: &random)
    var said = world.statements(using: &random)
    // Two of whom the same is said: each is later said to be as the other was.
    let pair = try #require(
      world.facts.lazy.compactMap { first in
        world.facts.first {
          $0.relationIndex == first.relationIndex && $0.value != first.value
            && $0.subject != first.subject
        }.map { (first, $0) }
      }.first)
    for (fact, other) in [pair, (pair.1, pair.0)] {
      let statement = try #require(
        said.first { $0.contains(fact.value) && $0.contains(fact.subject) })
      said.append(statement.replacingOccurrences(of: fact.value, with: other.value))
    }
    let (sheet, _) = try sheet(on: said.joined(separator: " "))
    func studied(_ subject: String, _ value: String) -> Int {
      (sheet[.kept] + sheet[.exam]).count {
        $0.question.contains(subject) && $0.finalWord == value
      }
    }
    for (fact, other) in [pair, (pair.1, pair.0)] {
      #expect(studied(fact.subject, fact.value) == 0)
      #expect(studied(fact.subject, other.value) > 0)
    }
    #expect(!sheet[.contradicted].isEmpty)
    let nonsense = (0..<40).map { "Blorp \($0 * 37 % 11) the of zig." }.joined(separator: " ")
    let (nothing, _) = try self.sheet(on: nonsense)
    #expect(nothing[.kept].count { $0.kind == .question } <= 5, "\(nothing[.kept].map(\.question))")
  }

  @Test func whatIsStudiedIsWhatTheDaySays() throws {
    let (world, text) = Self.world
    let (sheet, report) = try sheet(on: text)
    let studied = sheet[.kept] + sheet[.exam]
    let questions = studied.filter { $0.kind == .question }
    #expect(questions.count >= 20)
    // In whatever words it is asked: one sentence says it of the one who is asked about.
    let sentences = text.split(separator: ".")
    let wrong = questions.filter { question in
      let names = Names.inQuestion(question.question, saidIn: text)
      return !sentences.contains { sentence in
        sentence.contains(question.finalWord) && names.contains { sentence.contains($0) }
      }
    }
    #expect(
      Double(wrong.count) <= 0.1 * Double(questions.count),
      "\(wrong.map { "\($0.question) \($0.answer)" }) in \(text)")
    // Every fact is asked for.
    let asked = Set(questions.map(\.finalWord))
    #expect(world.facts.count { asked.contains($0.value) } >= 8)
    let unanswerable = studied.filter { $0.kind != .question }
    #expect(unanswerable.count >= 5)
    let wrongly = unanswerable.count { !world.answers(to: $0.question).isEmpty }
    #expect(
      Double(wrongly) <= 0.1 * Double(unanswerable.count), "\(wrongly) of \(unanswerable.count)")
    #expect(Set(studied.map(\.question)).count == studied.count)
    #expect(report.batches.count >= 3)
  }

  /// What was asked in a conversation and answered wrongly is studied; what nothing answers is not.
  @Test func conversationsAreReviewed() throws {
    let (world, text) = Self.world
    let folder = try TemporaryFolder()
    let individual = try Individual.create(
      name: "ada", core: .opening(nil), in: Home(root: folder / "home"))
    _ = try individual.journal.appendDocument(title: "day", text: text)
    let talk = try individual.journal.beginConversation(title: "talk")
    func ask(_ question: String, _ reply: String) throws {
      try individual.journal.appendTurn("Hello there. " + question, by: .user, to: talk)
      try individual.journal.appendTurn(reply, by: .assistant, to: talk)
    }
    let questions = world.facts.map {
      QuestionWording(relation: $0.relationIndex, wording: 0).question(about: $0.subject)
    }
    try ask(questions[0], "It is \(world.facts[0].value).")
    // A word that the answer is only a part of.
    try ask(questions[1], "Perhaps x\(world.facts[1].value)x.")
    var random = RandomSource(seed: 4, name: "near miss")
    let miss = try #require(world.unsaid(using: &random))
    let unsaid = QuestionWording(relation: miss.relation, wording: 0).question(about: miss.subject)
    try ask(unsaid, "In Rome.")
    try ask("Where does Zzyzx Qworp live?", "In Paris.")
    try individual.journal.appendTurn("That is all.", by: .user, to: talk)
    let exchanges = try Exchange.all(in: individual.unsleptEpisodes(), of: individual.journal)
    #expect(
      exchanges.map(\.question)
        == questions.prefix(2) + [unsaid, "Where does Zzyzx Qworp live?"])
    let mind = try Mind.wake(individual)
    var settings = NightSettings()
    settings.reflectionRounds = 0
    let respondent = Respondent(model: mind.model, format: try ChatFormat(mind.tokenizer))
    let (sheet, report) = try StudySheetMaker(respondent, settings)
      .sheet(on: individual.unsleptEpisodes(), asked: exchanges)
    let review = try #require(report.review)
    #expect(review.wentWell == 1)
    #expect(review.misses.map(\.question) == [questions[1]])
    #expect(Lesson.finalWord(of: review.misses.first?.answer ?? "") == world.facts[1].value)
    let studied = (sheet[.kept] + sheet[.exam]).filter { $0.kind == .question }
    #expect(Set(studied.map(\.finalWord)) == Set(world.facts.prefix(2).map(\.value)))
  }

  @Test func reservedWordsAreNotStudied() throws {
    let reserved: @Sendable (String) -> Bool = { $0.hasPrefix("What") }
    let sheet = try sheet(on: Self.world.text, isReserved: reserved).sheet
    #expect(!sheet[.reserved].isEmpty)
    #expect((sheet[.kept] + sheet[.exam]).allSatisfy { !reserved($0.question) })
  }

  @Test func nothingComesOfNothing() throws {
    let (sheet, report) = try sheet(on: "… — …")
    #expect(sheet[.kept].isEmpty && sheet[.exam].isEmpty)
    #expect(report.batches.allSatisfy { $0.verdicts[StudyEntry.Verdict.kept.rawValue] == nil })
  }

  @Test func nonsenseIsNotStudied() throws {
    var random = RandomSource(seed: 3)
    let nonsense = (0..<40).map { _ in
      (0..<9).map { _ in
        String((0..<5).map { _ in "bcdfghjklmnpqrstvwxz".randomElement(using: &random)! })
      }.joined(separator: " ") + "."
    }.joined(separator: " ")
    let (sheet, report) = try sheet(on: nonsense)
    #expect(sheet[.kept].count { $0.kind == .question } <= 3)
    // What was refused can be looked at, and why.
    let isRefused = report.batches.contains { $0.refusal != nil }
    #expect(isRefused && !sheet.entries.isEmpty)
  }
}
