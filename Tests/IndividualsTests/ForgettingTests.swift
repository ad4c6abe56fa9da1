import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct ForgettingTests {
  private let folder: TemporaryFolder
  private let ada: Individual

  init() throws {
    folder = try TemporaryFolder()
    ada = try Individual.create(name: "ada", core: .example, in: folder.home)
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: (folder / "ada" / "nights").path).sorted()
  }

  @Test func nightsAfterItAreSleptAgainWithoutIt() throws {
    _ = try ada.read("first")
    try ada.sleep()
    let secret = try ada.read("the secret is xylophone")
    let second = try ada.read("second")
    try ada.sleep()
    let third = try ada.read("third")
    try ada.sleep()
    #expect(try ada.journal.episodes(saying: "SECRET   is").map(\.id) == [secret])
    let removed = try ada.forget([secret])
    #expect(removed.map(\.rest) == [[second], [third]])
    #expect(removed.map(\.position) == [1, 2])
    #expect(ada.currentNight == 1)
    #expect(try names() == ["0001"])
    #expect(try ada.unsleptEpisodes().map(\.id) == [second, third])
    // Numbers of nights that are gone are not given again.
    try ada.sleep()
    #expect(ada.currentNight == 4)
  }

  @Test func nothingOfItIsLeftInTheJournal() throws {
    let secret = try ada.read("the secret is xylophone")
    _ = try ada.read("second")
    let conversation = try ada.journal.beginConversation(title: "talk")
    _ = try ada.journal.appendTurn("my name is Quetzal", by: .user, to: conversation)
    _ = try ada.forget([secret, conversation])
    #expect(try ada.journal.episodes().map(\.text) == ["second"])
    #expect(try ada.journal.sentences(matching: "xylophone").isEmpty)
    for file in try FileManager.default.contentsOfDirectory(atPath: (folder / "ada").path)
    where file.hasPrefix("journal.sqlite") {
      let bytes = try Data(contentsOf: folder / "ada" / file)
      for word in ["xylophone", "Quetzal", "quetzal"] {
        #expect(bytes.range(of: Data(word.utf8)) == nil, "\(word) in \(file)")
      }
    }
    // It may be read again.
    #expect(try ada.journal.appendDocument(title: "again", text: "the secret is xylophone").isNew)
  }

  @Test func anAbandonedNightThatLearnedItGoesAsWell() throws {
    let secret = try ada.read("secret")
    try ada.sleep()
    try ada.rollback(to: nil)
    _ = try ada.read("second")
    #expect(try ada.forget([secret]).isEmpty)
    #expect(try names().isEmpty)
  }

  /// Killed between two nights, the same call does the rest: the later one goes first.
  @Test func whatWasBegunIsFinished() throws {
    let secret = try ada.read("secret")
    try ada.sleep()
    for name in ["second", "third"] {
      _ = try ada.read(name)
      try ada.sleep()
    }
    try ada.rollback(to: nil)
    try FileManager.default.removeItem(at: ada.folder(ofNight: 3))
    _ = try ada.forget([secret])
    #expect(try names().isEmpty)
  }

  @Test func whatWasNotSleptOnCostsNoNight() throws {
    _ = try ada.read("first")
    try ada.sleep()
    let secret = try ada.read("secret")
    let night = try ada.unfinishedNight(plan: Data(), canResume: { _ in true })
    try Data("checkpoint".utf8).write(to: night.workFolder / "checkpoint")
    #expect(try ada.forget([secret]).isEmpty)
    #expect(ada.currentNight == 1)
    #expect(try names() == ["0001"])
  }

  @Test func unknownEpisodesChangeNothing() throws {
    let first = try ada.read("first")
    try ada.sleep()
    #expect(throws: IndividualError.unknownEpisode(99)) { try ada.forget([first, 99]) }
    #expect(ada.currentNight == 1)
  }

  @Test func phrasesAreFoundWhateverTheirCase() throws {
    let first = try ada.read("Meet me\nat the  Old Mill.")
    #expect(try ada.journal.episodes(saying: "me at the old mill").map(\.id) == [first])
    #expect(try ada.journal.episodes(saying: "  ").isEmpty)
    #expect(try ada.journal.episodes(saying: "new mill").isEmpty)
  }

  @Test func whatAToolSaidIsFoundAsWell() throws {
    let talk = try ada.journal.beginConversation(title: "talk")
    _ = try ada.journal.appendTurn(
      [.call("lookup safe"), .result("The safe's code is 4711."), .text("It is 4711.")],
      by: .assistant, to: talk)
    #expect(try ada.journal.episodes(saying: "the safe's code").map(\.id) == [talk])
    #expect(try ada.journal.episodes(saying: "lookup safe").map(\.id) == [talk])
  }

  @Test func ofAConversationOnlyWhatOthersSaidIsHeard() throws {
    let talk = try ada.journal.beginConversation(title: "talk")
    _ = try ada.journal.appendTurn("I live in Ostrel.", by: .user, to: talk)
    _ = try ada.journal.appendTurn("You live in Vuwo.", by: .assistant, to: talk)
    _ = try ada.journal.appendTurn("No.", by: .user, to: talk)
    #expect(try ada.journal.heard(ada.journal.episode(talk)).text == "I live in Ostrel.\nNo.")
    let document = try ada.journal.episode(try ada.read("user: as it is"))
    #expect(try ada.journal.heard(document) == document)
  }
}
