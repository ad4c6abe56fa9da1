import Corpora
import Foundation
import Testing
import Tokenizers

@Suite struct ShardReaderTests {
  static let suffixes = ["", ".gz", ".zst"]

  /// Runs `body` with a folder of files, packed as their names say.
  private func withFiles(
    _ files: [(name: String, text: String)], _ body: (URL) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("shards-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      try Data(PackedBytes.pack(Array(text.utf8), as: name))
        .write(to: folder.appendingPathComponent(name))
    }
    try body(folder)
  }

  private func all(_ reader: ShardReader, limit: Int = .max) throws -> [ShardDocument] {
    var documents: [ShardDocument] = []
    while documents.count < limit, let document = try reader.next() { documents.append(document) }
    return documents
  }

  private static func texts(_ documents: [ShardDocument]) -> [String] {
    documents.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  private static let prose = (0..<300).map { "Paragraph \($0) of a story 🌙.\n\n" }.joined()

  private static func lines(_ range: Range<Int>) -> String {
    range.map { "{\"id\": \($0), \"text\": \"Document \($0).\\n\"}\n" }.joined()
  }

  private static let chat =
    #"{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes"}]}"#

  @Test func whatFollowsAnArrayIsNotPassedOver() throws {
    try withFiles([("a.json", "[\"one\"]\n[\"two\"]\n")]) { folder in
      let reader = ShardReader(try TextShards([folder.path]))
      let error = try #require(throws: DocumentError.self) { try all(reader) }
      #expect("\(error)".contains("a.json") && "\(error)".contains("behind the array"))
    }
  }

  @Test(arguments: suffixes) func heldOutLinesKeepTheirNumbers(_ suffix: String) throws {
    let text = Self.lines(0..<1000) + "{\"text\": 7}\n"
    try withFiles([("a.jsonl" + suffix, text)]) { folder in
      let (_, last) = try TextShards([folder.path]).split(share: 0.01)
      let error = try #require(throws: DocumentError.self) { try all(ShardReader(last)) }
      #expect("\(error)".contains("1001"), "\(error)")
    }
  }

  @Test func damagedCursorsAreRefused() throws {
    try withFiles([("a.txt", Self.prose)]) { folder in
      let reader = ShardReader(try TextShards([folder.path]))
      for cursor in [
        ShardReader.Cursor(shard: .max), .init(epoch: .max), .init(line: .max), .init(offset: .max),
        .init(offset: -1),
      ] {
        #expect(throws: DocumentError.self, "\(cursor)") { try reader.seek(to: cursor) }
      }
    }
  }

  @Test(arguments: suffixes) func everyFormatIsReadInOrder(_ suffix: String) throws {
    let array = "[\n \"One, [\\\"two\\\"]\",\n {\"text\": \"Three {\"},\n \(Self.chat)\n]\n"
    try withFiles([
      ("a.txt" + suffix, Self.prose), ("b.jsonl" + suffix, "\u{FEFF}" + Self.lines(0..<20)),
      ("c.jsonl" + suffix, Self.chat + "\r\n\n" + Self.chat), ("d.json" + suffix, array),
      ("e.csv", "not,taken"), (".hidden.txt", "not taken"),
    ]) { folder in
      var limits = ShardLimits()
      limits.chunkSize = 100
      let corpus = try TextShards([folder.path])
      #expect(corpus.shards.count == 4)
      let documents = try all(ShardReader(corpus, limits: limits))
      let texts = Self.texts(documents)
      let chunks = texts.prefix { $0.contains("Paragraph") }
      #expect(chunks.joined() == Self.prose && chunks.count > 80)
      let others = (0..<20).map { "Document \($0).\n" } + ["One, [\"two\"]", "Three {"]
      #expect(Array(texts.dropFirst(chunks.count)) == others)
      let expected = Conversation([.user("Hi"), .assistant("Yes")])
      #expect(documents.count { $0 == .conversation(expected) } == 3)
      #expect(documents.last == .conversation(expected))
    }
  }

  @Test(arguments: suffixes, [nil, 7 as UInt64?])
  func aCursorGoesOnExactly(_ suffix: String, _ seed: UInt64?) throws {
    let elements = (0..<9).map { "{\"text\": \"element \($0)\"}" }
    let array = "[" + elements.joined(separator: " ,\n ") + "]"
    try withFiles([
      ("a.txt" + suffix, String(Self.prose.prefix(2_000))), ("b.json" + suffix, array),
      ("c.jsonl" + suffix, Self.lines(0..<30)),
    ]) { folder in
      var limits = ShardLimits()
      limits.chunkSize = 150
      let corpus = try TextShards([folder.path])
      let reader = ShardReader(corpus, seed: seed, epochs: 3, limits: limits)
      var cursors = [reader.cursor]
      var documents: [ShardDocument] = []
      while let document = try reader.next() {
        documents.append(document)
        cursors.append(reader.cursor)
      }
      #expect(cursors == cursors.sorted())
      let other = ShardReader(corpus, seed: seed, epochs: 3, limits: limits)
      // Forward and backward, by turns.
      for start in [0, 5, 3, 20, 60, 100, 99, 30, 1, documents.count] {
        let saved = try JSONEncoder().encode(cursors[start])
        try other.seek(to: JSONDecoder().decode(ShardReader.Cursor.self, from: saved))
        #expect(try all(other, limit: 25) == Array(documents[start...].prefix(25)))
      }
    }
  }

  @Test func shardsComeInAnotherOrderEveryEpoch() throws {
    let files = (0..<8).map { (name: "\($0).jsonl", text: "{\"text\": \"\($0)\"}\n") }
    try withFiles(files) { folder in
      let corpus = try TextShards([folder.path])
      let texts = Self.texts(try all(ShardReader(corpus, seed: 1, epochs: 4)))
      let epochs = (0..<4).map { Array(texts[$0 * 8..<$0 * 8 + 8]) }
      for epoch in epochs { #expect(epoch.sorted() == files.indices.map(String.init)) }
      #expect(Set(epochs).count == 4)
      #expect(Self.texts(try all(ShardReader(corpus, seed: 1, epochs: 4))) == texts)
      #expect(Self.texts(try all(ShardReader(corpus, seed: 2, epochs: 4))) != texts)
    }
  }

  @Test(arguments: suffixes, ["a.txt", "a.jsonl", "a.json"])
  func aSingleShardIsPartedBetweenDocuments(_ suffix: String, _ name: String) throws {
    let lines = (0..<200).map { "{\"text\": \"Document \($0).\"}" }
    let text =
      switch name {
      case "a.txt": Self.prose
      case "a.json": "[" + lines.joined(separator: ",\n") + "]"
      default: lines.joined(separator: "\n")
      }
    try withFiles([(name + suffix, text)]) { folder in
      let corpus = try TextShards([folder.path])
      for share in [0, 0.005, 0.1, 0.5, 1] {
        let (training, validation) = try corpus.split(share: share)
        let kept = Self.texts(try all(ShardReader(training)))
        let held = Self.texts(try all(ShardReader(validation)))
        #expect(name == "a.txt" || kept.count + held.count == 200)
        #expect((kept + held).joined() == Self.texts(try all(ShardReader(corpus))).joined())
        let total = Double((kept + held).joined().utf8.count)
        #expect(abs(Double(held.joined().utf8.count) / total - share) < 0.02)
        if name == "a.txt", let last = kept.last { #expect(last.hasSuffix("\n")) }
      }
    }
  }

  @Test func theLastShardIsForValidation() throws {
    try withFiles([("a.txt", "a"), ("b.txt", "b"), ("c.txt", "c")]) { folder in
      let (training, validation) = try TextShards([folder.path]).split()
      #expect(Self.texts(try all(ShardReader(training))) == ["a", "b"])
      #expect(Self.texts(try all(ShardReader(validation))) == ["c"])
    }
  }

  @Test func errorsNameTheLineAndWhatWasExpected() throws {
    let good = "{\"text\": \"good\"}\n"
    let long = "{\"text\": \"" + String(repeating: "x", count: 2_000) + "\"}"
    let cases: [(name: String, text: String, line: Int, expected: String)] = [
      ("a.jsonl", good + "{\"text\": \"cut", 2, "JSON"),
      ("a.jsonl", good + "\n{\"body\": \"x\"}", 3, "a key \"text\" or \"messages\""),
      ("a.jsonl", good + "{\"text\": 5}", 2, "text to be text"),
      ("a.jsonl", good + "5", 2, "to be an object"),
      ("a.jsonl", good + good + long, 3, "at most 1000 bytes"),
      ("a.jsonl", Self.chat.replacing("user", with: "bot"), 1, "messages[0].role"),
      ("a.jsonl", "{\"messages\": [{\"role\": \"user\"}]}", 1, "\"content\" in messages[0]"),
      ("a.json", "[\"a\",\n \"b\"", 2, "',' or ']'"),
      ("a.json", "[\"a\",\n 5]", 2, "an object or a text"),
      ("a.json", "[\"a\",\n {\"text\": \"b]", 2, "the end of the element"),
      ("a.json", "[\"a\"\n \"b\"]", 2, "',' or ']'"),
    ]
    for (name, text, line, expected) in cases {
      for suffix in Self.suffixes {
        try withFiles([(name + suffix, text)]) { folder in
          var limits = ShardLimits()
          limits.lineSize = 1_000
          let path = folder.appendingPathComponent(name + suffix).path
          let reader = ShardReader(try TextShards([path]), limits: limits)
          let error = #expect(throws: DocumentError.self) { try all(reader) }
          guard case .malformed(path, line, let found)? = error else {
            Issue.record("\(text): \(String(describing: error))")
            return
          }
          #expect(found.contains(expected), "\(found)")
        }
      }
    }
  }

  @Test func filesAreNamedThatAreNoCorpus() throws {
    #expect(throws: DocumentError.missing(path: "/nowhere.jsonl")) {
      try TextShards(["/nowhere.jsonl"])
    }
    try withFiles([("a.csv", "1,2"), ("b.jsonl", "\n")]) { folder in
      let error = #expect(throws: DocumentError.self) {
        try TextShards([folder.path + "/none", folder.path])
      }
      #expect(error == .missing(path: folder.path + "/none"))
      let blank = ShardReader(try TextShards([folder.path]), epochs: nil)
      #expect(throws: DocumentError.empty(path: folder.path + "/b.jsonl")) { try all(blank) }
      try FileManager.default.removeItem(at: folder.appendingPathComponent("b.jsonl"))
      #expect(throws: DocumentError.self) { try TextShards([folder.path]) }
    }
    let broken = Array(#"{"text": "a"#.utf8) + [0xFF] + Array(#""}"#.utf8)
    try Fixtures.withFile(broken, named: "a.jsonl") { path in
      let reader = ShardReader(try TextShards([path]))
      let error = #expect(throws: DocumentError.self) { try all(reader) }
      #expect("\(error as Any)".contains("UTF-8; byte 12"))
    }
  }

  @Test(arguments: suffixes) func aCorpusThatChangedIsRefused(_ suffix: String) throws {
    try withFiles([("a.jsonl" + suffix, Self.lines(0..<3))]) { folder in
      let reader = ShardReader(try TextShards([folder.path]))
      let places: [ShardReader.Cursor] = [
        .init(offset: 1 << 20), .init(shard: 2), .init(shard: -1), .init(offset: -1),
      ]
      for place in places {
        let error = #expect(throws: DocumentError.self) {
          try reader.seek(to: place)
          _ = try reader.next()
        }
        guard case .changed? = error else {
          Issue.record("\(String(describing: error))")
          return
        }
      }
    }
  }
}
