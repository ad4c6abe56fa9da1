import Corpora
import Foundation
import Testing
import Tokenizers

@Suite struct TokenizedShardsTests {
  private typealias Rows = PackedRows<TokenizedShards>

  private func rows(
    _ paths: [String], length: Int, seed: UInt64? = nil, epochs: Int? = 1,
    cursor: Rows.Cursor? = nil
  ) throws -> Rows {
    let reader = ShardReader(try TextShards(paths), seed: seed, epochs: epochs)
    return try Rows(
      TokenizedShards(reader, ByteTokenizer()), length: length, beginningOfText: 256,
      cursor: cursor)
  }

  @Test(.enabled(if: Fixtures.hasData)) func aBookIsPackedWhole() throws {
    let path = Fixtures.data.appendingPathComponent("text/tinyshakespeare/input.txt").path
    var packed = try rows([path], length: 1_000)
    var (bytes, left, count) = (0, 0, 0)
    while let row = try packed.next(report: { left += $0.tokens.count }) {
      count += 1
      bytes += row.tokens.count { $0 != 256 }
      #expect(row.tokens[0] == 256 && row.tokens.count == 1_001)
    }
    #expect(bytes + left == 1_115_394)
    #expect(left <= 1_000 && count >= 1_114)
  }

  @Test(.enabled(if: Fixtures.hasData)) func littleOfRealConversationsIsCut() throws {
    let url = Fixtures.data.appendingPathComponent("text/gsm8k/train.jsonl")
    let encoder = JSONEncoder()
    // Question and solution alone: a turn that all of them share would say little about packing.
    let lines = try GSM8KFile.read(url.path).map { problem in
      try encoder.encode(
        Conversation(problem.conversation.turns.filter { $0.role != .system }))
    }
    let text = Array(lines.joined(separator: Data("\n".utf8)))
    try Fixtures.withFile(PackedBytes.gzip(text), named: "chats.jsonl.gz") { path in
      var packed = try rows([path], length: 2_048)
      var cut: [Rows.Cut.Reason: Int] = [:]
      var (count, learned) = (0, 0)
      while let row = try packed.next(report: { cut[$0.reason, default: 0] += $0.tokens.count }) {
        count += 1
        learned += row.weights.count { $0 > 0 }
        #expect(row.weights.contains(1) && row.weights.count == 2_049)
      }
      let filling = Double(cut[.fillsRow] ?? 0) / Double(count * 2_048)
      print("GSM8K in \(count) rows of 2048 bytes, \(learned) learned, cut: \(cut)")
      #expect(count > 2_000 && filling < 0.01)
      #expect(cut[.nothingLearned] == nil)
    }
  }

  @Test(arguments: ["", ".gz", ".zst"]) func aRunGoesOnExactly(_ suffix: String) throws {
    let text = (0..<2_000).map { "Sentence \($0) of the story.\n" }.joined()
    let chats = try (0..<300).map { index in
      let question = String(repeating: "why ", count: index % 40)
      let chat = Conversation([.user(question), .assistant("because \(index)")])
      return String(decoding: try JSONEncoder().encode(chat), as: UTF8.self)
    }
    try Fixtures.withFile(
      PackedBytes.pack(Array(text.utf8), as: suffix), named: "a.txt" + suffix
    ) { story in
      try Fixtures.withFile(
        PackedBytes.pack(Array(chats.joined(separator: "\n").utf8), as: suffix),
        named: "b.jsonl" + suffix
      ) { chats in
        var whole = try rows([story, chats], length: 100, seed: 4, epochs: nil)
        for stop in 1...6 {
          for _ in 0..<150 { _ = try whole.next() }
          let saved = try JSONEncoder().encode(whole.cursor)
          let cursor = try JSONDecoder().decode(Rows.Cursor.self, from: saved)
          var resumed = try rows(
            [story, chats], length: 100, seed: 4, epochs: nil, cursor: cursor)
          for _ in 0..<60 {
            let expected = try #require(try whole.next())
            #expect(try resumed.next() == expected, "stop \(stop)")
          }
          #expect(resumed.cursor == whole.cursor)
        }
      }
    }
  }
}
