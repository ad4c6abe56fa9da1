import Corpora
import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct TextSketchTests {
  /// Words drawn from a thousand, so that no two runs are alike by chance.
  private func text(_ count: Int, seed: UInt64, from start: Int = 0) -> [String] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return "word\(state >> 33 % 1_000)"
    }
  }

  private func sketch(_ words: [String]) throws -> TextSketch {
    try #require(TextSketch(words.joined(separator: " ")))
  }

  @Test func estimatesTheSimilarity() throws {
    let words = text(2_000, seed: 1)
    let whole = try sketch(words)
    #expect(whole.similarity(to: whole) == 1)
    #expect(try whole.similarity(to: sketch(text(2_000, seed: 2))) < 0.03)
    // A text that goes on for as long again shares half of its runs.
    let longer = try sketch(words + text(2_000, seed: 3))
    #expect(abs(whole.similarity(to: longer) - 0.5) < 0.15)
    #expect(abs(whole.lengthShare(with: longer) - 0.5) < 0.01)
  }

  @Test func caseMarksAndAccentsDoNotCount() throws {
    let words = text(100, seed: 4) + ["café", "Zürich", "über"]
    let other = words.map { $0.uppercased().folding(options: .diacriticInsensitive, locale: nil) }
    #expect(try sketch(words).similarity(to: sketch(other.map { $0 + "," })) == 1)
  }

  @Test func shortTextsHaveNone() {
    #expect(TextSketch("") == nil)
    #expect(TextSketch(text(41, seed: 5).joined(separator: " ")) == nil)
    #expect(TextSketch(text(42, seed: 5).joined(separator: " ")) != nil)
    // Many words, but always the same.
    #expect(TextSketch(String(repeating: "la ", count: 5_000)) == nil)
  }
}

@Suite struct SamenessTests {
  let folder: TemporaryFolder
  let journal: Journal

  init() throws {
    folder = try TemporaryFolder()
    journal = try Individual.create(name: "ada", core: .example, in: folder.home).journal
  }

  static let spoken = (0..<60).map { index in
    let who = ["Mara", "Teo"][index % 2]
    return (
      who, "We passed buoy \(index * 7 % 61) at \(index % 12) o'clock, bearing \(index * 31)."
    )
  }

  /// The same talk as each format has it.
  static let formats: [(name: String, text: String)] = [
    (
      "talk.srt",
      spoken.enumerated().map { index, turn in
        "\(index + 1)\n00:\(10 + index / 60):\(10 + index % 50),000 --> 00:30:00,000\n\(turn.1)\n"
      }.joined(separator: "\n")
    ),
    (
      "talk.md",
      "# The talk\n\n" + spoken.map { "**\($0):** \($1)" }.joined(separator: "\n\n")
    ),
    (
      "talk.html",
      "<html><title>A talk</title><body>"
        + spoken.map { "<p><cite>\($0):</cite> \($1)</p>" }.joined(separator: "\n")
        + "</body></html>"
    ),
    (
      "talk.json",
      "{\"segments\": ["
        + spoken.enumerated().map { index, turn in
          "{\"speaker\": \"\(turn.0)\", \"startTime\": \(index), \"body\": \"\(turn.1)\"}"
        }.joined(separator: ",") + "]}"
    ),
  ]

  private func append(
    _ document: Document, sameness: Journal.Sameness = .words
  ) throws -> (episode: Episode, isNew: Bool) {
    try journal.appendDocument(
      title: document.title, text: document.plainText,
      annotations: String(decoding: try JSONEncoder().encode(document), as: UTF8.self),
      sameness: sameness)
  }

  @Test func theSameTalkInFourFormatsIsOne() throws {
    for (index, format) in Self.formats.enumerated() {
      let document = try DocumentReader().document(
        from: Array(format.text.utf8), named: format.name)
      #expect(document.segments.count >= 60, "\(format.name)")
      #expect(try append(document).isNew == (index == 0), "\(format.name)")
    }
    #expect(try journal.episodes().map(\.title) == ["talk"])
  }

  @Test func onlyWhereItIsAskedFor() throws {
    for format in Self.formats.prefix(2) {
      let document = try DocumentReader().document(
        from: Array(format.text.utf8), named: format.name)
      #expect(try append(document, sameness: .text).isNew)
    }
    // What was added without a sketch is found all the same.
    let document = try DocumentReader().document(
      from: Array(Self.formats[3].text.utf8), named: "talk.json")
    #expect(try append(document).isNew == false)
  }

  @Test func aPartIsNotTheWhole() throws {
    let text = Self.spoken.map(\.1)
    func add(_ sentences: some Sequence<String>) throws -> Bool {
      try journal.appendDocument(
        title: "t", text: sentences.joined(separator: " "), sameness: .words
      ).isNew
    }
    #expect(try add(text.prefix(40)))
    #expect(try add(text))
    #expect(try !add(text.dropFirst(3)))
    #expect(try !add(text.reversed().dropFirst()))
  }

  @Test func shortTextsNotesAndConversationsAreComparedWhole() throws {
    let text = Self.spoken.map(\.1).joined(separator: " ")
    try journal.appendNote(text)
    let talk = try journal.beginConversation(title: "c")
    try journal.appendTurn(text, by: .user, to: talk)
    #expect(try journal.appendDocument(title: "t", text: text + " End.", sameness: .words).isNew)
    #expect(try journal.appendNote(text + " End of it.").isNew)
    #expect(try journal.appendDocument(title: "a", text: "Nine and fog.", sameness: .words).isNew)
    #expect(try journal.appendDocument(title: "b", text: "Nine and fog!", sameness: .words).isNew)
  }

  /// A journal of an older program gets its sketches when the next document is read.
  @Test func olderJournalsAreCompared() throws {
    let folder = try TemporaryFolder()
    _ = try Individual.create(name: "ada", core: .example, in: folder.home)
    let file = folder / "ada" / "journal.sqlite"
    let text = Self.spoken.map(\.1).joined(separator: " ")
    for name in try FileManager.default.contentsOfDirectory(atPath: (folder / "ada").path)
    where name.hasPrefix("journal.sqlite") {
      try FileManager.default.removeItem(at: folder / "ada" / name)
    }
    try Journal.create(
      at: file, version: 3,
      script: """
        INSERT INTO episodes (kind, title, read_at, text)
        VALUES ('document', 'old', '2026-01-31T08:00:00Z', '\(text.replacing("'", with: "''"))');
        """)
    let older = try Individual.open(name: "ada", in: folder.home)
    let found = try older.journal.appendDocument(title: "t", text: text + " End.", sameness: .words)
    #expect(!found.isNew && found.episode.title == "old")
  }
}

/// What the threshold stands on.
@Suite(.enabled(if: SharedData.isPresent)) struct SamenessOfRealTranscriptsTests {
  private static let paths: [String] = {
    let root = SharedData.folder.appendingPathComponent("podcasts")
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
    return names.filter { $0.hasSuffix(".md") && !$0.contains("LICENSE") }.sorted()
      .map { root.appendingPathComponent($0).path }
  }()

  private func spoken(_ document: Document) -> String {
    document.segments.map(\.text).joined(separator: " ")
  }

  /// The words, of which every `part`th on average is another one of the text.
  private func misheard(_ text: String, part: Double, _ generator: inout Generator) -> String {
    let words = text.split(separator: " ")
    return words.map { word in
      let isReplaced = Double.random(in: 0..<1, using: &generator) < part
      return String(isReplaced ? words.randomElement(using: &generator) ?? word : word)
    }.joined(separator: " ")
  }

  private struct Generator: RandomNumberGenerator {
    var state: UInt64 = 7

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 32) | (state << 32)
    }
  }

  @Test func differentEpisodesAreFarApart() throws {
    var sketches: [(name: String, sketch: TextSketch)] = []
    for path in Self.paths {
      let document = try DocumentReader().read(path)
      guard let sketch = TextSketch(spoken(document)) else { continue }
      sketches.append((document.sourceName, sketch))
    }
    var pairs: [(Double, String, String)] = []
    for (index, one) in sketches.enumerated() {
      for other in sketches[(index + 1)...] {
        pairs.append((one.sketch.similarity(to: other.sketch), one.name, other.name))
      }
    }
    pairs.sort { $0.0 > $1.0 }
    print("\(sketches.count) episodes, \(pairs.count) pairs; the most alike: \(pairs.prefix(5))")
    #expect(sketches.count > 150)
    #expect(pairs.allSatisfy { $0.0 < Journal.leastSimilarity / 2 })
  }

  @Test func misheardEpisodesAreTheSame() throws {
    var generator = Generator()
    var least = [1.0, 1.0, 1.0]
    for path in Self.paths {
      let document = try DocumentReader().read(path)
      let text = spoken(document)
      guard let sketch = TextSketch(text), let labelled = TextSketch(document.plainText),
        let misheard = TextSketch(misheard(text, part: 0.1, &generator))
      else { continue }
      for (index, other) in [(labelled, sketch), (sketch, misheard), (labelled, misheard)]
        .enumerated()
      {
        least[index] = min(least[index], other.0.similarity(to: other.1))
      }
    }
    print(
      "least similarity of an episode to itself: with labels \(least[0]), with every tenth word another "
        + "\(least[1]), with both \(least[2])")
    #expect(least.allSatisfy { $0 > Journal.leastSimilarity + 0.05 })
  }
}
