import Testing
import Tokenizers

@Suite("SentencePiece byte pairs")
struct SentencePieceTests {
  /// Unknown, `<s>`, `</s>`, some pieces, and the 256 byte tokens.
  private static func pieces(_ pieces: [(String, Float)], bytes: Bool = true)
    -> (tokens: [[UInt8]], scores: [Float], types: [Int32])
  {
    var all: [(String, Float, Int32)] = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3)]
    all += pieces.map { ($0.0, $0.1, 1) }
    if bytes {
      all += (0..<256).map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return ("<0x\(digits.count == 1 ? "0" : "")\(digits)>", 0, 6)
      }
    }
    return (all.map { Array($0.0.utf8) }, all.map(\.1), all.map(\.2))
  }

  private static func tokenizer(
    _ list: [(String, Float)], bytes: Bool = true, dummyPrefix: Bool = true
  ) throws -> SentencePieceTokenizer {
    let (tokens, scores, types) = pieces(list, bytes: bytes)
    var normalization = SentencePieceNormalization()
    normalization.addsDummyPrefix = dummyPrefix
    return try SentencePieceTokenizer(
      tokens: tokens, scores: scores, types: types, beginningOfText: 1, endOfText: 2, unknown: 0,
      normalization: normalization)
  }

  @Test("The highest score merges first, the leftmost of equals")
  func order() throws {
    let list: [(String, Float)] = [
      ("▁", -9), ("a", -9), ("b", -9), ("c", -9), ("ab", -2), ("bc", -1), ("aa", -3), ("▁a", -4),
    ]
    let tokenizer = try Self.tokenizer(list)
    func names(_ text: String) -> [String] {
      tokenizer.encode(text).map { String(decoding: tokenizer.bytes(for: $0), as: UTF8.self) }
    }
    #expect(names("abc") == [" a", "bc"])
    #expect(names("abab") == [" ", "ab", "ab"])
    #expect(names("aaa") == [" ", "aa", "a"])
    #expect(names("a a") == [" a", " a"])
    #expect(names("").isEmpty)
    #expect(tokenizer.decode(tokenizer.encode(" a\nb é")) == " a\nb é")
  }

  @Test("A character without a token of its own can merge, and else falls back to bytes")
  func missingCharacters() throws {
    let tokenizer = try Self.tokenizer([("▁", -5), ("x", -5), ("xé", -1)])
    #expect(tokenizer.encode("xé").count == 2)
    #expect(tokenizer.encode("é").map { tokenizer.bytes(for: $0) } == [[32], [0xC3], [0xA9]])
    // Bytes C3 and A9 are é, unless another token stands between them.
    let bytes = tokenizer.encode("é").dropFirst()
    #expect(tokenizer.decode(bytes) == "é")
    #expect(tokenizer.decode([bytes[1], 2, bytes[2]]) == "\u{FFFD}\u{FFFD}")
    let unknown = try Self.tokenizer([("▁", -5), ("x", -5)], bytes: false)
    #expect(unknown.encode("x日本x") == [3, 4, 0, 4])
  }

  @Test("Text after a special token has the prefix again")
  func specialTokens() throws {
    let tokenizer = try Self.tokenizer([("▁", -5), ("x", -5)])
    #expect(tokenizer.encode("<s>x</s>x", recognizingSpecialTokens: true) == [1, 3, 4, 2, 3, 4])
    #expect(tokenizer.decode([1, 3, 4, 1, 3, 4]) == "xx")
    let bare = try Self.tokenizer([("▁", -5), ("x", -5)], dummyPrefix: false)
    #expect(bare.encode("x x") == [4, 3, 4])
    #expect(bare.decode([3, 4]) == " x")
  }

  @Test("Parts that do not fit together are refused")
  func invalidParts() {
    func make(
      _ change: (inout (tokens: [[UInt8]], scores: [Float], types: [Int32])) -> Void,
      unknown: Int32? = 0
    ) throws {
      var parts = Self.pieces([("a", -1), ("b", -2)])
      change(&parts)
      _ = try SentencePieceTokenizer(
        tokens: parts.tokens, scores: parts.scores, types: parts.types, beginningOfText: 1,
        endOfText: 2, unknown: unknown)
    }
    #expect(throws: Never.self) { try make { _ in } }
    #expect(throws: TokenizerError.self) { try make { $0.scores.removeLast() } }
    #expect(throws: TokenizerError.self) { try make { $0.scores[3] = .nan } }
    #expect(throws: TokenizerError.self) { try make { $0.types[3] = 77 } }
    #expect(throws: TokenizerError.self) { try make { $0.types[3] = 6 } }
    #expect(throws: TokenizerError.self) { try make { $0.tokens[4] = $0.tokens[3] } }
    #expect(throws: TokenizerError.self) { try make { $0.tokens[9] = $0.tokens[8] } }
    #expect(throws: TokenizerError.self) { try make({ _ in }, unknown: -3) }
    #expect(throws: TokenizerError.self) { try make({ $0.types[9] = 1 }, unknown: nil) }
    #expect(throws: TokenizerError.self) {
      try make { $0.tokens[3] = [UInt8](repeating: 65, count: 5000) }
    }
  }
}
