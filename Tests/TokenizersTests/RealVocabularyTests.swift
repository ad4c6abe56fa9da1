import Foundation
import Testing
import Tokenizers

@Suite("Real vocabularies", .enabled(if: SharedData.isPresent))
struct RealVocabularyTests {
  /// Each tokenizer and the vectors of llama.cpp that it must reproduce.
  static let published: [(tokenizer: String, vectors: String)] = [
    ("gpt2", "gpt-2"), ("gpt2/encoder.json", "gpt-2"), ("gpt2/vocab.bpe", "gpt-2"),
    ("gpt2/gpt2_tokenizer.json", "gpt-2"), ("llama3", "llama-bpe"), ("qwen2.5", "qwen2"),
    ("llama2/tokenizer.model", "llama-spm"), ("llama2/tokenizer.bin", "llama-spm"),
    ("llama2/tokenizer.json", "llama-spm"),
    ("phi-3", "phi-3"),
  ]

  @Test("Ids equal the published vectors, and decode to the text", arguments: published)
  func vectors(_ name: String, _ vectors: String) throws {
    let tokenizer = try SharedData.tokenizer(name)
    let file = "tokenizers/vectors/ggml-vocab-\(vectors).gguf"
    let texts = try SharedData.text(file + ".inp")
      .components(separatedBy: "\n__ggml_vocab_test__\n")
    let lines = try SharedData.text(file + ".out").split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(texts.count > 40 && texts.count <= lines.count)
    for (text, line) in zip(texts, lines) {
      let ids = tokenizer.encode(text)
      #expect(
        ids == line.split(separator: " ").compactMap { Int32($0) }, "\(text.debugDescription)")
      #expect(tokenizer.decode(ids).hasSameBytes(as: text))
    }
  }

  @Test("tiktoken vocabularies give tiktoken's ids")
  func tiktoken() throws {
    let texts = [
      "Hello world 123", "line\n  ", "I'VE 1234567 naïve\u{3000}日本語\r\n\t x",
      "a\u{180E}b HTMLParser's/x\n",
    ]
    let expected: [String: [[Int32]]] = [
      "cl100k_base": [
        [9906, 1917, 220, 4513], [1074, 198, 256],
        [
          40, 6, 4592, 220, 4513, 10961, 22, 95980, 588, 23249, 9080, 22656, 45918, 252, 319, 197,
          865,
        ],
        [64, 157, 254, 236, 65, 9492, 6707, 596, 11009, 198],
      ],
      "o200k_base": [
        [13225, 2375, 220, 7633], [1137, 198, 256],
        [
          40, 6, 19511, 220, 7633, 19354, 22, 153475, 737, 1397, 9048, 40909, 370, 197, 1215,
        ],
        [64, 157, 254, 236, 65, 15961, 9231, 885, 22739, 198],
      ],
    ]
    for (name, ids) in expected {
      let tokenizer = try SharedData.tokenizer("tiktoken/\(name).tiktoken")
      #expect(texts.map { tokenizer.encode($0) } == ids)
    }
  }

  @Test("Special tokens are text unless they are asked for")
  func specialTokens() throws {
    let llama3 = try SharedData.tokenizer("llama3")
    #expect(llama3.vocabularySize == 128_256)
    #expect(llama3.beginningOfText == 128_000)
    #expect(llama3.endOfText == 128_001)
    #expect(llama3.specialTokens.count == 256)
    let text = "Hello<|eot_id|> world<|eot_id|>"
    let plain = llama3.encode(text)
    #expect(!plain.contains(128_009))
    #expect(llama3.decode(plain) == text)
    let special = llama3.encode(text, recognizingSpecialTokens: true)
    #expect(special == [9906, 128_009, 1917, 128_009])
    #expect(llama3.decode(special) == "Hello world")
    #expect(llama3.bytes(for: 128_009).isEmpty)
  }

  @Test("Random Unicode comes back byte for byte")
  func roundTrips() throws {
    var generator = SeededGenerator(state: 7)
    let texts = (0..<150).map { String.random(length: 1 + $0 / 2, using: &generator) }
    for name in ["gpt2", "llama3", "qwen2.5", "tiktoken/o200k_base.tiktoken"] {
      let tokenizer = try SharedData.tokenizer(name)
      for text in texts {
        #expect(tokenizer.decode(tokenizer.encode(text)).hasSameBytes(as: text))
      }
    }
    let llama2 = try SharedData.tokenizer("llama2/tokenizer.model")
    for text in texts where !text.contains("▁") {
      #expect(llama2.decode(llama2.encode(text)).hasSameBytes(as: text))
    }
  }

  @Test("Streaming gives the same text in whole characters")
  func streaming() throws {
    let text = "Zoë 🦙🚀 日本語 កាន់ 😶‍🌫️ end"
    for name in ["gpt2", "llama2/tokenizer.model"] {
      let tokenizer = try SharedData.tokenizer(name)
      let ids = tokenizer.encode(text)
      var decoder = StreamingDecoder(tokenizer)
      var parts = ids.map { decoder.append($0) }
      parts.append(decoder.finish())
      #expect(parts.joined().hasSameBytes(as: text))
      #expect(parts.contains(""), "some character should be spread over tokens")
      #expect(parts.allSatisfy { !$0.contains("\u{FFFD}") })
    }
  }

  @Test("GPT-4's pattern is written so that tokenizer.json means the same")
  func savedPattern() throws {
    let tokenizer = try SharedData.tokenizer("tiktoken/cl100k_base.tiktoken")
    let folder = try ScratchFolder()
    try (tokenizer as? BytePairTokenizer)?.save(to: folder.path + "/tokenizer.json")
    let saved = try TokenizerFile.load(folder.path + "/tokenizer.json")
    for text in ["1234567 it's", "a  \n\n b \n", " \t"] {
      #expect(saved.encode(text) == tokenizer.encode(text))
    }
  }

  @Test("A llama2.c vocabulary keeps the text of several documents apart")
  func documents() throws {
    let tokenizer = try TokenizerFile.load(
      SharedData.folder + "/weights/stories260K/tok512.bin")
    #expect(tokenizer.vocabularySize == 512)
    #expect(tokenizer.beginningOfText == 1)
    let ids = [1] + tokenizer.encode("Once upon\na time") + [1] + tokenizer.encode(" Lily")
    #expect(tokenizer.decode(ids) == "Once upon\na time Lily")
    var decoder = StreamingDecoder(tokenizer, continuingText: true)
    #expect(decoder.append(tokenizer.encode("Lily")[0]).first == " ")
  }

  @Test("Merges of Shakespeare are those of Hugging Face tokenizers")
  func training() throws {
    let text = try SharedData.text("text/tinyshakespeare/input.txt")
    let trained = try BytePairTrainer(vocabularySize: 1256).train(on: [text])
    let folder = try ScratchFolder()
    try trained.save(to: folder.path + "/tokenizer.json")
    let merges = try SavedMerges(file: folder.path + "/tokenizer.json").pairs
    #expect(merges.count == 1000)
    #expect(merges.prefix(5) == [["Ġ", "t"], ["h", "e"], ["Ġ", "a"], ["o", "u"], ["Ġ", "s"]])
    #expect(
      merges.suffix(5) == [
        ["Ġd", "ou"], ["at", "es"], ["Ġe", "very"], ["UC", "KING"], ["BR", "UT"],
      ])
    #expect(trained.decode(trained.encode(text)).hasSameBytes(as: text))
  }
}
