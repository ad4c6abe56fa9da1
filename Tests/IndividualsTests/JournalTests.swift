import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct JournalTests {
  let folder: TemporaryFolder
  let journal: Journal

  init() throws {
    folder = try TemporaryFolder()
    journal = try Individual.create(name: "ada", core: .example, in: folder.home).journal
  }

  @Test func documentComesBackWhole() throws {
    let date = Date(timeIntervalSince1970: 1_700_000_000)
    let (episode, isNew) = try journal.appendDocument(
      title: "Ein Gespräch", text: "Guten Morgen.", show: "Früh", source: "/tmp/a.srt",
      published: "2024-03", annotations: #"{"speakers":["A"]}"#, at: date)
    #expect(isNew)
    #expect(episode.kind == .document)
    #expect(episode.title == "Ein Gespräch")
    #expect(episode.text == "Guten Morgen.")
    #expect(episode.show == "Früh")
    #expect(episode.source == "/tmp/a.srt")
    #expect(episode.published == "2024-03")
    #expect(episode.annotations == #"{"speakers":["A"]}"#)
    #expect(episode.readAt == date)
    #expect(episode.digest == ContentDigest.sha256(Data("Guten Morgen.".utf8)))
    #expect(try journal.episodes() == [episode])
  }

  @Test(arguments: [
    "日本語のテキスト", "🧑‍🧑‍🧒‍🧒 family", "e\u{301} is not é", "nul\0inside", "\u{202E}right to left",
    "'; DROP TABLE x",
    String(repeating: "ß", count: 300_000),
  ])
  func anyText(text: String) throws {
    let (episode, _) = try journal.appendDocument(title: text, text: text)
    #expect(Array(episode.text.utf8) == Array(text.utf8))
    let conversation = try journal.beginConversation(title: text)
    let turn = try journal.appendTurn(text, by: .user, to: conversation)
    #expect(try journal.turns(of: conversation) == [turn])
    #expect(try Array(journal.turns(of: conversation)[0].text.utf8) == Array(text.utf8))
  }

  @Test func documentReadTwiceIsOne() throws {
    let first = try journal.appendDocument(title: "a", text: "the same text")
    let second = try journal.appendDocument(title: "b", text: "the same text")
    #expect(first.isNew && !second.isNew)
    #expect(second.episode == first.episode)
    #expect(try journal.appendDocument(title: "a", text: "the same text.").isNew)
    #expect(try journal.episodes().count == 2)
  }

  @Test func emptyDocumentIsRefused() throws {
    #expect(throws: IndividualError.emptyDocument(title: "e")) {
      try journal.appendDocument(title: "e", text: " \n\t")
    }
    #expect(journal.isEmpty)
  }

  @Test func conversationGrowsTurnByTurn() throws {
    let id = try journal.beginConversation(title: "morning")
    try journal.appendTurn("Hello", by: .user, to: id)
    try journal.appendTurn("Good morning", by: .assistant, to: id)
    #expect(try journal.turns(of: id).map(\.role) == [.user, .assistant])
    let episode = try journal.episode(id)
    #expect(episode.kind == .conversation)
    #expect(episode.text == "user: Hello\nassistant: Good morning\n")
    #expect(try journal.search("morning").map(\.episodeID) == [id])
  }

  @Test func turnsBelongToConversations() throws {
    let document = try journal.appendDocument(title: "t", text: "text").episode.id
    for id in [document, 99, -1] {
      #expect(throws: IndividualError.unknownEpisode(id)) {
        try journal.appendTurn("x", by: .user, to: id)
      }
    }
    #expect(throws: IndividualError.unknownEpisode(99)) { try journal.episode(99) }
  }

  @Test func thousandEpisodes() throws {
    let start = ContinuousClock.now
    for number in 0..<1000 {
      _ = try journal.appendDocument(
        title: "Episode \(number)", text: "number\(number) " + String(repeating: "word ", count: 50)
      )
    }
    #expect(try journal.episodes().count == 1000)
    #expect(try journal.search("number617").map(\.title) == ["Episode 617"])
    #expect(.now - start < .seconds(60))
  }
}

@Suite struct SearchTests {
  let folder: TemporaryFolder
  let journal: Journal

  init() throws {
    folder = try TemporaryFolder()
    journal = try Individual.create(name: "ada", core: .example, in: folder.home).journal
    let rows = [
      ("Bees", "How bees find their way home by the sun, and what bees do when it rains."),
      ("Ships", "How ships find their way home by the sun and the stars."),
      ("Café", "The café in Zürich where the committee met in the rain."),
    ]
    for (title, text) in rows { _ = try journal.appendDocument(title: title, text: text) }
  }

  @Test(arguments: [
    ("what do bees do", "Bees"), ("the stars and ships", "Ships"), ("cafe zurich", "Café"),
    ("BEES", "Bees"), ("Where did the committee meet?", "Café"),
  ])
  func bestComesFirst(query: String, title: String) throws {
    let hits = try journal.search(query)
    #expect(hits.first?.title == title)
    #expect(hits.map(\.score) == hits.map(\.score).sorted(by: >))
  }

  @Test func passageShowsThePlace() throws {
    let filler = String(repeating: "nothing of note here. ", count: 500)
    let (episode, _) = try journal.appendDocument(
      title: "long", text: filler + "The quagga was last seen in 1883. " + filler)
    let hit = try #require(try journal.search("quagga").first)
    #expect(hit.episodeID == episode.id)
    #expect(hit.passage.contains("The quagga was last seen in 1883."))
    #expect(hit.passage.count < 1000)
  }

  @Test(arguments: [
    "", "   ", "?!", "\"", "\"\"\"", "*", "a AND", "NEAR(", "title:", "^", "(", "-", "\0", "{a b}:",
    "x\0y", "bees\" OR \"", "🧑‍🧑‍🧒‍🧒",
  ])
  func nothingIsAnOperator(query: String) throws {
    #expect(throws: Never.self) { try journal.search(query) }
  }

  @Test func limitsHold() throws {
    #expect(try journal.search("the", limit: 2).count == 2)
    #expect(try journal.search("the", limit: 0).isEmpty)
    #expect(try journal.search("unheard").isEmpty)
    let long = (0..<5000).map { "word\($0)" }.joined(separator: " ")
    #expect(try journal.search("bees " + long).map(\.title) == ["Bees"])
  }
}
