import Corpora
import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct JournalSentencesTests {
  let folder: TemporaryFolder
  let journal: Journal

  init() throws {
    folder = try TemporaryFolder()
    journal = try Individual.create(name: "ada", core: .example, in: folder.home).journal
  }

  private func read(_ texts: String...) throws {
    for text in texts { _ = try journal.appendDocument(title: "t", text: text) }
  }

  @Test func sentencesAreFoundNotPassages() throws {
    try read(
      "Tavor Melkin lives in Ostrel. It is cold there. Tavor Melkin is a baker. Mara Dune is too.",
      "Mara Dune lives in Velm.")
    #expect(
      try journal.sentences(matching: "Tavor Melkin") == [
        "Tavor Melkin lives in Ostrel.", "Tavor Melkin is a baker.",
      ])
    #expect(
      try journal.sentences(matching: "where does mara dune live? lives").first
        == "Mara Dune lives in Velm.", "words that say nothing do not count")
    #expect(try journal.sentences(matching: "Tavor Melkin", limit: 1).count == 1)
    #expect(try journal.sentences(matching: "Tavor Melkin", limit: 0).isEmpty)
  }

  @Test func whatIsNotThereIsNotFound() throws {
    try read("Tavor Melkin lives in Ostrel.")
    #expect(try journal.sentences(matching: "Brun Osk").isEmpty)
    #expect(try journal.sentences(matching: "who is it?").isEmpty)
    #expect(try journal.sentences(matching: "  ").isEmpty)
    #expect(
      try journal.sentences(matching: "Who is Tavor Brun?") == ["Tavor Melkin lives in Ostrel."])
  }

  @Test func theRareWordDecides() throws {
    try read(
      "The baker met the mayor. The baker met the miller. The baker met the weaver of Ostrel.",
      "Somebody met the baker.", "A quagga met nobody.")
    #expect(try journal.sentences(matching: "baker and quagga").first == "A quagga met nobody.")
    #expect(
      try journal.sentences(matching: "met weaver").first
        == "The baker met the weaver of Ostrel.")
  }

  @Test func caseAndAccentsDoNotCount() throws {
    try read("Der Käfer wohnt in ZÜRICH. Émile aß.")
    #expect(try journal.sentences(matching: "zurich kafer") == ["Der Käfer wohnt in ZÜRICH."])
    #expect(try journal.sentences(matching: "ÉMILE") == ["Émile aß."])
    #expect(try journal.sentences(matching: "e\u{301}mile") == ["Émile aß."])
  }

  @Test func theOlderOfEqualsComesFirstAndTheNewestAreKept() throws {
    for year in 1...9 { try read("Tavor Melkin moved in year \(year).") }
    #expect(
      try journal.sentences(matching: "Tavor Melkin", limit: 3)
        == (7...9).map { "Tavor Melkin moved in year \($0)." })
    try read("Again: Tavor Melkin moved in year 9.", "Tavor Melkin moved  in\nyear 9.")
    #expect(
      try journal.sentences(matching: "Tavor Melkin year 9", limit: 2) == [
        "Again: Tavor Melkin moved in year 9.", "Tavor Melkin moved in year 9.",
      ], "what is said twice is found once")
  }

  @Test func questionsComeWithTheirAnswers() throws {
    try read("Where does Tavor live? In Ostrel, by the river. Who asks? And what is a quagga?")
    #expect(
      try journal.sentences(matching: "Tavor") == [
        "Where does Tavor live? In Ostrel, by the river."
      ])
    #expect(try journal.sentences(matching: "quagga").isEmpty)
  }

  @Test func ofConversationsOnlyTheUserCounts() throws {
    let id = try journal.beginConversation(title: "c")
    try journal.appendTurn("Tavor lives in Ostrel.", by: .user, to: id)
    try journal.appendTurn("I think that Tavor lives in Velm.", by: .assistant, to: id)
    try journal.appendTurn("Tell me of Tavor.", by: .user, to: id)
    #expect(
      try journal.sentences(matching: "Tavor") == ["Tavor lives in Ostrel.", "Tell me of Tavor."])
    #expect(
      try journal.sentences(matching: "Tavor", ignoringLastTurn: true) == ["Tavor lives in Ostrel."]
    )
  }

  @Test func endlessSentencesAreShortened() throws {
    let words = (0..<400).map { "word\($0)" }
    try read((words[..<200] + ["quagga"] + words[200...]).joined(separator: " "))
    let found = try #require(try journal.sentences(matching: "quagga").first)
    #expect(found.hasPrefix("…word188 ") && found.hasSuffix(" word226 word227…"))
    #expect(found.contains("word199 quagga word200"))
  }

  @Test(arguments: [
    "\"", "*", "a AND", "NEAR(a b", "text: x", "^x", "(", "-x", "x\0y", "bees\" OR \"", "{a b}: c",
    "🧑‍🧑‍🧒‍🧒", "NOT", "'; DROP TABLE episodes; --", "e\u{301}\u{301}", "日本 語",
    String(repeating: "word another ", count: 3000),
  ])
  func nothingIsAnOperator(query: String) throws {
    try read("Bees NEAR text and not AND x y.")
    #expect(throws: Never.self) { try journal.sentences(matching: query) }
  }

  @Test(.enabled(if: SharedData.isPresent)) func realTranscripts() throws {
    let shows = SharedData.folder.appendingPathComponent("podcasts/bitcoin")
    let names = [
      "adopting-bitcoin_2021_2021-11-16-gloria-zhao-transaction-relay-policy",
      "andreas-antonopoulos_2014-10-08-andreas-antonopolous-canada-senate-bitcoin",
      "austin-bitcoin-developers_2019-08-22-socratic-seminar-2",
      "stephan-livera-podcast_2019-03-11-chris-belcher",
    ]
    for name in names {
      let document = try DocumentReader().read(shows.appendingPathComponent("\(name).md").path)
      _ = try journal.appendDocument(title: name, text: document.plainText)
    }
    for (query, part) in [
      ("master's degree distributed systems", "I have a Master’s degree in networks"),
      ("Where does Gloria work? Brink", "I’m Gloria, I work on Bitcoin Core at Brink"),
      ("Chris Belcher privacy entry wiki", "Chris Belcher has a great privacy entry"),
      ("CAVirtEx", "CAVirtEx testified before this committee"),
      ("concentric circles security model", "looks like a series of concentric circles"),
    ] {
      let found = try journal.sentences(matching: query)
      #expect(found.first?.contains(part) == true, "\(query): \(found)")
      #expect(found.allSatisfy { $0.count < 700 }, "\(query): \(found)")
    }
    #expect(try journal.sentences(matching: "quagga zebra").isEmpty)
  }
}
