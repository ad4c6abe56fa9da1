import Testing
import Tokenizers

@Suite("SentencePiece models of every kind")
struct SentencePieceKindTests {
  /// Makes a tokenizer of `<unk>`, `<s>`, `</s>` and these pieces.
  private static func tokenizer(
    _ kind: SentencePieceTokenizer.Kind, _ pieces: [(String, Float, Int32)],
    _ change: (inout SentencePieceNormalization) -> Void = { _ in }
  ) throws -> SentencePieceTokenizer {
    let all: [(String, Float, Int32)] = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3)] + pieces
    var normalization = SentencePieceNormalization()
    change(&normalization)
    return try SentencePieceTokenizer(
      tokens: all.map { Array($0.0.utf8) }, scores: all.map(\.1), types: all.map(\.2),
      beginningOfText: 1, endOfText: 2, unknown: 0, kind: kind, normalization: normalization)
  }

  @Test("Unigram takes the path of the largest sum, and joins what is unknown")
  func unigram() throws {
    let tokenizer = try Self.tokenizer(
      .unigram, [("▁", -2, 1), ("a", -2, 1), ("b", -2, 1), ("▁a", -3, 1), ("ab", -3, 1)])
    // ▁ + ab is -5, ▁a + b as well: the path found first stays. Then the longer sum.
    #expect(tokenizer.encode("ab") == [3, 7] || tokenizer.encode("ab") == [6, 5])
    #expect(tokenizer.encode("aab") == [6, 7])
    #expect(tokenizer.encode("xyb") == [3, 0, 5])
    #expect(tokenizer.decode(tokenizer.encode("ab a")) == "ab a")
  }

  @Test("A user-defined symbol wins over likelier pieces, an unused piece is never made")
  func symbols() throws {
    let tokenizer = try Self.tokenizer(
      .unigram,
      [("▁", -2, 1), ("a", -1, 1), ("b", -1, 1), ("<", -9, 1), ("<a>", 0, 4), ("ab", 0, 5)])
    #expect(tokenizer.encode("<a>ab") == [3, 7, 4, 5])
  }

  @Test("Characters and words are looked up as they are")
  func charactersAndWords() throws {
    let characters = try Self.tokenizer(.character, [("▁", 0, 1), ("a", 0, 1), ("▁a", 0, 1)])
    #expect(characters.encode("aa x") == [3, 4, 4, 3, 0])
    let words = try Self.tokenizer(.word, [("▁", 0, 1), ("▁a", 0, 1), ("▁bc", 0, 1)])
    #expect(words.encode("bc a x a") == [5, 4, 0, 4])
  }

  @Test("Extra spaces are removed at the ends and within")
  func extraSpaces() throws {
    let pieces: [(String, Float, Int32)] = [("▁", 0, 1), ("a", 0, 1)]
    let tokenizer = try Self.tokenizer(.character, pieces) { $0.removesExtraSpaces = true }
    #expect(tokenizer.encode("  a   a ") == [3, 4, 3, 4])
    #expect(tokenizer.encode("   ").isEmpty)
    #expect(tokenizer.decode([3, 3, 4]) == "a")
    let kept = try Self.tokenizer(.character, pieces)
    #expect(kept.encode(" a ") == [3, 3, 4, 3])
    #expect(kept.decode([3, 3, 4]) == " a")
  }

  @Test("Spaces after words stand behind the text")
  func spaceAfterWord() throws {
    let tokenizer = try Self.tokenizer(.character, [("▁", 0, 1), ("a", 0, 1)]) {
      $0.putsSpaceAfterWord = true
    }
    #expect(tokenizer.encode("a a") == [4, 3, 4, 3])
    #expect(!tokenizer.addsDummyPrefix)
  }

  @Test("The map rewrites the longest key, but not symbols")
  func characterMap() throws {
    let map = CharacterMapBuilder.map(key: "bc", replacement: "a a")
    let tokenizer = try Self.tokenizer(
      .character, [("▁", 0, 1), ("a", 0, 1), ("b", 0, 1), ("xbc", 0, 4)]
    ) { $0.characterMap = map }
    #expect(tokenizer.encode("bbc") == [3, 5, 4, 3, 4])
    #expect(tokenizer.encode("xbcb") == [3, 6, 5])
  }

  @Test("A broken map is refused")
  func brokenMap() {
    for map: [UInt8] in [[1], [0, 0, 0, 0], [3, 0, 0, 0, 1, 2, 3], [8, 0, 0, 0, 1, 2, 3, 4]] {
      #expect(throws: TokenizerError.self) {
        try Self.tokenizer(.character, [("a", 0, 1)]) { $0.characterMap = map }
      }
    }
  }
}
