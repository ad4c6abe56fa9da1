import Foundation
import Individuals
import TestSupport
import Testing
import Tokenizers
import Tools

@Suite struct JournalToolsTests {
  let folder: TemporaryFolder
  let ada: Individual
  let toolbox: Toolbox

  init() throws {
    folder = try TemporaryFolder()
    ada = try Individual.create(name: "ada", core: .example, in: folder.home)
    let tools = try JournalTools(ada)
    toolbox = Toolbox([tools.note, tools.lookup])
  }

  @Test func notesAreEpisodesThatLookupsFind() throws {
    #expect(toolbox.announcement == "Tools: lookup, note.")
    #expect(toolbox.answer("lookup Tavor Melkin") == "nothing found")
    #expect(toolbox.answer("note Tavor Melkin lives in Ostrel.") == "saved")
    #expect(toolbox.answer("lookup Tavor Melkin") == "Tavor Melkin lives in Ostrel.")
    let episode = try #require(try ada.journal.episodes().first)
    #expect(episode.kind == .note && episode.text == "Tavor Melkin lives in Ostrel.")
    #expect(episode.title.hasPrefix("Note of 20"))
    #expect(try ada.unsleptEpisodes() == [episode], "the next night learns it")
    #expect(toolbox.answer("note Tavor Melkin lives in Ostrel.") == "saved")
    #expect(try ada.journal.episodes().count == 1, "once is enough")
    #expect(toolbox.answer("note ") == "error: there is nothing to note")
    #expect(toolbox.answer("lookup") == "nothing found")
  }

  @Test func theRequestItselfIsNotFound() throws {
    let id = try ada.journal.beginConversation(title: "c")
    try ada.journal.appendTurn("Mara keeps bees.", by: .user, to: id)
    try ada.journal.appendTurn("Look Mara up.", by: .user, to: id)
    #expect(toolbox.answer("lookup Mara") == "Mara keeps bees.")
  }

  @Test func longFindingsAreCutAtASentence() throws {
    for number in 0..<9 {
      _ = try ada.journal.appendDocument(
        title: "t", text: "Tavor \(number) " + String(repeating: "very ", count: 12) + "far.")
    }
    let result = toolbox.answer("lookup Tavor")
    #expect(result.count <= 300 && result.hasSuffix("far.") && result.contains("Tavor 8"))
  }

  @Test func anyThreadMayCall() async throws {
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<40 {
        group.addTask { [toolbox] in
          #expect(toolbox.answer("note number\(number) is noted.") == "saved")
        }
      }
    }
    #expect(try ada.journal.episodes().count == 40)
    #expect(toolbox.answer("lookup number17") == "number17 is noted.")
  }

  @Test func readersCannotNote() throws {
    let reader = try Individual.open(name: "ada", in: folder.home, access: .reading)
    #expect(throws: IndividualError.openedForReading("ada")) { try JournalTools(reader) }
  }

  @Test func callsAreKeptWithTheirTurn() throws {
    let id = try ada.journal.beginConversation(title: "c")
    let parts: [Conversation.Part] = [
      .text("Let me see."), .call("calculator 1/3"), .result("0.333333333333"), .text("A third."),
    ]
    let turn = try ada.journal.appendTurn(parts, by: .assistant, to: id)
    #expect(turn.text == "Let me see. A third.")
    #expect(try ada.journal.turns(of: id) == [turn])
    #expect(try ada.journal.turns(of: id)[0].parts == parts)
    #expect(try ada.journal.episode(id).text == "assistant: Let me see. A third.\n")
    let silent = try ada.journal.appendTurn([], by: .assistant, to: id)
    #expect(try ada.journal.turns(of: id)[1] == silent && silent.parts.isEmpty)
    #expect(try ada.journal.appendTurn("plain", by: .user, to: id).parts == [.text("plain")])
  }
}

@Suite struct JournalMigrationTests {
  /// A journal of the first version goes on, with everything that was in it.
  @Test func theFirstVersionIsBroughtUpToDate() throws {
    let folder = try TemporaryFolder()
    _ = try Individual.create(name: "ada", core: .example, in: folder.home)
    let file = folder / "ada" / "journal.sqlite"
    for name in try FileManager.default.contentsOfDirectory(atPath: (folder / "ada").path)
    where name.hasPrefix("journal.sqlite") {
      try FileManager.default.removeItem(at: folder / "ada" / name)
    }
    try Journal.create(
      at: file, version: 1,
      script: """
        INSERT INTO episodes (kind, title, read_at, text, digest)
        VALUES ('document', 'Bees', '2026-01-31T08:00:00Z', 'Bees keep warm.', 'd1');
        INSERT INTO episodes (id, kind, title, read_at, text)
        VALUES (7, 'conversation', 'Talk', '2026-02-01T08:00:00Z', 'user: Hello bees' || char(10));
        INSERT INTO turns (episode, role, text, at)
        VALUES (7, 'user', 'Hello bees', '2026-02-01T08:00:00Z');
        """)
    #expect(throws: IndividualError.self) {
      try Individual.open(name: "ada", in: folder.home, access: .reading)
    }
    for _ in 0..<2 {
      let journal = try Individual.open(name: "ada", in: folder.home).journal
      #expect(try journal.episodes().prefix(2).map(\.id) == [1, 7])
      #expect(try journal.episodes()[0].digest == "d1")
      #expect(try journal.turns(of: 7).map(\.parts) == [[.text("Hello bees")]])
      #expect(try Set(journal.search("bees").map(\.episodeID)) == [1, 7])
      #expect(try journal.search("warm").map(\.episodeID) == [1])
    }
    let ada = try Individual.open(name: "ada", in: folder.home)
    let (note, _) = try ada.journal.appendNote("Wasps sting.")
    #expect(note.id == 8, "no number is given twice")
    try ada.journal.appendTurn("Goodbye wasps", by: .user, to: 7)
    #expect(try Set(ada.journal.search("wasps").map(\.episodeID)) == [7, 8])
    #expect(throws: IndividualError.unknownEpisode(99)) {
      try ada.journal.appendTurn("x", by: .user, to: 99)
    }
  }
}
