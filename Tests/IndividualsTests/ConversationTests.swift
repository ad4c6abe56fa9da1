import Foundation
import Individuals
import TestSupport
import Testing

/// Conversations that go on while others read, sleep and forget.
@Suite struct ConversationTests {
  let folder: TemporaryFolder
  let person: Individual

  init() throws {
    folder = try TemporaryFolder()
    person = try Individual.create(name: "ada", core: .example, in: folder.home)
  }

  private func conversation(_ lines: String...) throws -> (id: Episode.ID, turns: [Turn]) {
    let id = try person.journal.beginConversation(title: "c")
    let turns = try lines.enumerated().map { index, line in
      try person.journal.appendTurn(line, by: index % 2 == 0 ? .user : .assistant, to: id)
    }
    return (id, turns)
  }

  @Test func whatIsTakenBackIsInNoDayAndNoSearch() throws {
    let (id, turns) = try conversation("Hello", "Hi", "My cat is called Quillon", "Nice")
    try person.journal.withdrawTurns(from: turns[2].id, of: id)
    try person.journal.appendTurn("My cat is called Tamsin", by: .user, to: id)
    #expect(
      try person.journal.turns(of: id).map(\.text) == ["Hello", "Hi", "My cat is called Tamsin"])
    let episode = try person.journal.episode(id)
    #expect(episode.text == "user: Hello\nassistant: Hi\nuser: My cat is called Tamsin\n")
    #expect(try person.journal.heard(episode).text == "Hello\nMy cat is called Tamsin")
    #expect(try person.journal.search("Quillon").isEmpty)
    #expect(try person.journal.search("Tamsin").count == 1)
  }

  @Test func forgettingFindsWhatWasTakenBack() throws {
    let (id, turns) = try conversation("My cat is called Quillon", "Nice")
    try person.journal.withdrawTurns(from: turns[0].id, of: id)
    #expect(try person.journal.episodes(saying: "quillon").map(\.id) == [id])
    #expect(try person.unsleptEpisodes().isEmpty)
  }

  @Test func whatWasReadOfItIsForgottenToo() throws {
    let (id, _) = try conversation("My cat is called Quillon", "Nice")
    let file = person.folder.appendingPathComponent("contexts.safetensors")
    try Data("my cat is called quillon".utf8).write(to: file)
    _ = try person.forget([id])
    #expect(!FileManager.default.fileExists(atPath: file.path))
  }

  @Test func aTurnGrowsByWhatCameLater() throws {
    let (id, turns) = try conversation("12 * 7?", "")
    try person.journal.extendTurn(turns[1].id, of: id, with: [.result("84"), .text("84.")])
    #expect(try person.journal.turns(of: id)[1].text.contains("84."))
    #expect(try person.journal.episode(id).text.hasSuffix("84.\n"))
    #expect(throws: IndividualError.unknownTurn(99, conversation: id)) {
      try person.journal.extendTurn(99, of: id, with: [.text("x")])
    }
  }

  @Test func onlyTurnsOfTheConversationAreTakenBack() throws {
    let (one, turns) = try conversation("a", "b")
    let (other, _) = try conversation("c", "d")
    #expect(throws: IndividualError.unknownTurn(turns[0].id, conversation: other)) {
      try person.journal.withdrawTurns(from: turns[0].id, of: other)
    }
    #expect(throws: IndividualError.unknownEpisode(99)) {
      try person.journal.withdrawTurns(from: turns[0].id, of: 99)
    }
    #expect(try person.journal.turns(of: one).count == 2)
  }

  @Test func whatANightHasTakenIsOver() throws {
    let (id, turns) = try conversation("a", "b")
    let empty = try person.journal.beginConversation(title: "not begun")
    try person.journal.endConversations()
    #expect(try person.journal.isOver(id))
    #expect(throws: IndividualError.conversationIsOver(id)) {
      try person.journal.appendTurn("c", by: .user, to: id)
    }
    #expect(throws: IndividualError.conversationIsOver(id)) {
      try person.journal.withdrawTurns(from: turns[0].id, of: id)
    }
    // Nothing was said in it that a night could have read.
    try person.journal.appendTurn("c", by: .user, to: empty)
  }

  @Test func turnsAreAddedBesideWhoeverChangesTheNights() throws {
    let beside = try Individual.open(name: "ada", in: folder.home, access: .appending)
    let id = try beside.journal.beginConversation(title: "c")
    try beside.journal.appendTurn("Hello", by: .user, to: id)
    #expect(try person.journal.turns(of: id).map(\.text) == ["Hello"])
    #expect(throws: IndividualError.openedForReading("ada")) { try beside.rollback(to: nil) }
    #expect(throws: IndividualError.openedForReading("ada")) {
      try beside.forget([id])
    }
    _ = try JournalTools(beside)
    let reader = try Individual.open(name: "ada", in: folder.home, access: .reading)
    #expect(throws: IndividualError.openedForReading("ada")) { try JournalTools(reader) }
  }
}
