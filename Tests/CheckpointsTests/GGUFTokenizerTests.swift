import Checkpoints
import Foundation
import TestSupport
import Testing
import Tokenizers

@Suite struct GGUFTokenizerTests {
  static func vocabulary(model: String) -> GGUFBuilder {
    var builder = GGUFBuilder()
    builder.add("tokenizer.ggml.model", model)
    builder.add("tokenizer.ggml.bos_token_id", 1)
    builder.add("tokenizer.ggml.eos_token_id", UInt32.max)
    return builder
  }

  /// A SentencePiece vocabulary with all bytes and three letters.
  static func sentencePieces(withScoresAndTypes: Bool = true) -> GGUFBuilder {
    let bytes = (0..<256).map { "<0x" + String($0 + 256, radix: 16).dropFirst().uppercased() + ">" }
    let pieces = ["<unk>", "<s>", "</s>"] + bytes + ["▁", "a", "b", "▁a", "ab"]
    var builder = vocabulary(model: "llama")
    builder.add("tokenizer.ggml.unknown_token_id", 0)
    builder.add("tokenizer.ggml.tokens", pieces)
    guard withScoresAndTypes else { return builder }
    builder.add(
      "tokenizer.ggml.scores",
      [Float](repeating: 0, count: 259) + [-3, -4, -5, -1, -2].map(Float.init))
    builder.add(
      "tokenizer.ggml.token_type",
      [2, 3, 3] + [Int32](repeating: 6, count: 256) + [Int32](repeating: 1, count: 5))
    return builder
  }

  private func tokenizer(_ builder: GGUFBuilder) throws -> any Tokenizer {
    let folder = try TemporaryFolder()
    return try GGUFFile(try folder.file(builder.file())).tokenizer()
  }

  @Test func sentencePiecesAreReadWithTheirScores() throws {
    let tokenizer = try tokenizer(Self.sentencePieces())
    #expect(tokenizer.vocabularySize == 264)
    #expect(tokenizer.beginningOfText == 1)
    #expect(tokenizer.endOfText == nil)
    #expect(tokenizer.encode("ab c") == [262, 261, 259, 3 + 99])
    #expect(tokenizer.decode([1, 262, 261, 259, 3 + 99]) == "ab c")
  }

  @Test func scoresAndTypesMayBeAbsent() throws {
    let tokenizer = try tokenizer(Self.sentencePieces(withScoresAndTypes: false))
    #expect(tokenizer.vocabularySize == 264)
    #expect(tokenizer.decode(tokenizer.encode("ab")) == "ab")
  }

  @Test func theDummyPrefixCanBeTurnedOff() throws {
    var builder = Self.sentencePieces()
    builder.add("tokenizer.ggml.add_space_prefix", type: 7, Data([0]))
    #expect(try tokenizer(builder).encode("ab") == [263])
  }

  @Test func unigramModelsAndFramesAreRead() throws {
    var builder = Self.vocabulary(model: "t5")
    builder.add("tokenizer.ggml.unknown_token_id", 0)
    builder.add("tokenizer.ggml.tokens", ["<unk>", "<s>", "▁", "a", "b", "▁ab"])
    builder.add("tokenizer.ggml.scores", [0, 0, -2, -1, -1, -3.5] as [Float])
    builder.add("tokenizer.ggml.token_type", [2, 3, 1, 1, 1, 1] as [Int32])
    builder.add("tokenizer.ggml.remove_extra_whitespaces", type: 7, Data([1]))
    builder.add("tokenizer.ggml.add_bos_token", type: 7, Data([1]))
    let tokenizer = try tokenizer(builder)
    #expect(tokenizer.encode("  ab  a") == [5, 2, 3])
    #expect(tokenizer.frame == TextFrame(prefix: [1]))
    #expect(tokenizer.encodeFramed("ab") == [1, 5])
  }

  @Test func whatIsMissingOrOfAnotherKindIsNamed() throws {
    #expect(throws: CheckpointError.self) { try tokenizer(GGUFBuilder()) }
    let bert = #expect(throws: CheckpointError.self) {
      try tokenizer(Self.vocabulary(model: "bert"))
    }
    #expect(bert?.description.contains("the tokenizer model \"bert\" is not supported yet") == true)
    for model in ["llama", "gpt2"] {
      let error = #expect(throws: CheckpointError.self) {
        try tokenizer(Self.vocabulary(model: model))
      }
      #expect(error?.description.contains("key \"tokenizer.ggml.") == true)
    }
    var short = Self.vocabulary(model: "llama")
    short.add("tokenizer.ggml.tokens", ["<unk>"])
    short.add("tokenizer.ggml.scores", [0, 0] as [Float])
    short.add("tokenizer.ggml.token_type", [1] as [Int32])
    let error = #expect(throws: TokenizerError.self) { try tokenizer(short) }
    #expect(error?.description.contains("file, tokenizer.ggml: ") == true)
  }
}

@Suite(.enabled(if: SharedData.isPresent))
struct RealGGUFTokenizerTests {
  @Test(arguments: ["ggml-vocab-gpt-2.gguf", "ggml-vocab-llama-spm.gguf"])
  func encodesTheVectorsExactly(name: String) throws {
    let url = SharedData.vectors.appendingPathComponent(name)
    let tokenizer = try GGUFFile(url).tokenizer()
    let texts = try String(contentsOf: url.appendingPathExtension("inp"), encoding: .utf8)
      .components(separatedBy: "\n__ggml_vocab_test__\n")
    let lines = try String(contentsOf: url.appendingPathExtension("out"), encoding: .utf8)
      .components(separatedBy: "\n")
    #expect(texts.count > 40)
    #expect(lines.count >= texts.count)
    for (text, line) in zip(texts, lines) {
      let expected = line.split(separator: " ").compactMap { Int32($0) }
      #expect(tokenizer.encode(text) == expected, "\(text.debugDescription)")
      #expect(tokenizer.decode(expected) == text)
    }
  }

  @Test func storiesTokenizerWritesStories() throws {
    let url = SharedData.stories.appendingPathComponent("stories260K.gguf")
    let tokenizer = try GGUFFile(url).tokenizer()
    #expect(tokenizer.vocabularySize == 512)
    #expect(tokenizer.beginningOfText == 1)
    #expect(tokenizer.endOfText == 2)
    let story = try String(
      contentsOf: SharedData.stories.appendingPathComponent("EXPECTED_greedy_200.txt"),
      encoding: .utf8)
    let ids = tokenizer.encode(story)
    #expect(ids.count < story.utf8.count / 2)
    #expect(tokenizer.decode(ids) == story)
  }
}
