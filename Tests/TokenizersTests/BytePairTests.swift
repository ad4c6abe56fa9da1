import Files
import Foundation
import Testing
import Tokenizers

@Suite("Byte pairs")
struct BytePairTests {
  /// Words over few letters, so that merges overlap and tie.
  static func words(count: Int, seed: UInt64) -> [String] {
    var generator = SeededGenerator(state: seed)
    return (0..<count).map { _ in
      String(
        (0..<Int.random(in: 2...9, using: &generator)).map { _ in
          "abcd"[String.Index(utf16Offset: Int.random(in: 0..<4, using: &generator), in: "abcd")]
        })
    }
  }

  @Test("Training merges what counting anew would merge", arguments: [1, 2, 3] as [UInt64])
  func trainingAgreesWithNaive(seed: UInt64) throws {
    let words = Self.words(count: 120, seed: seed)
    let pattern = SplitPattern(regex: #"\p{L}+|\s+"#)
    let trained = try BytePairTrainer(vocabularySize: 256 + 60, pattern: pattern)
      .train(on: [words.joined(separator: " ")])
    let folder = try ScratchFolder()
    try trained.save(to: folder.path + "/tokenizer.json")
    let merges = try SavedMerges(file: folder.path + "/tokenizer.json").pairs
    #expect(merges == naiveMerges(of: words, count: 60, minimumFrequency: 2))
  }

  @Test("Texts given one by one, to any number of threads, make the same vocabulary")
  func trainingInParallel() throws {
    let texts = (0..<50).map { Self.words(count: 40, seed: $0).joined(separator: " ") }
    let folder = try ScratchFolder()
    func saved(workers: Int, _ train: (BytePairTrainer) throws -> BytePairTokenizer) throws
      -> String
    {
      var trainer = BytePairTrainer(vocabularySize: 500)
      trainer.workerCount = workers
      let file = "\(folder.path)/tokenizer.json"
      try train(trainer).save(to: file)
      return try String(contentsOf: URL(fileURLWithPath: file), encoding: .utf8)
    }
    let expected = try saved(workers: 1) { try $0.train(on: texts) }
    for workers in [2, 3, 8] {
      #expect(try saved(workers: workers) { try $0.train(on: texts.reversed()) } == expected)
      let read = try saved(workers: workers) { trainer in
        try trainer.train { take in
          for text in texts { take(text) }
        }
      }
      #expect(read == expected)
    }
    struct Unreadable: Error {}
    #expect(throws: Unreadable.self) {
      try BytePairTrainer(vocabularySize: 300).train { take in
        take("text")
        throw Unreadable()
      }
    }
  }

  @Test("Short and long pieces merge in rank order, leftmost first")
  func encodingAgreesWithNaive() throws {
    let words = Self.words(count: 300, seed: 9)
    let trained = try BytePairTrainer(vocabularySize: 256 + 120).train(on: words)
    let folder = try ScratchFolder()
    try trained.save(to: folder.path + "/tokenizer.json")
    let saved = try SavedMerges(file: folder.path + "/tokenizer.json")
    for count in [1, 2, 10, 11, 12, 30, 90] {
      let piece = Self.words(count: count, seed: UInt64(count)).joined()
      #expect(trained.encode(piece) == saved.encode(piece), "\(piece.count) letters")
    }
  }

  @Test("A saved tokenizer comes back with the same ids")
  func saving() throws {
    let text = "the theme of the thesis: \"naïve\" 12\n\n  tabs\t\\ back 🦙"
    let trained = try BytePairTrainer(
      vocabularySize: 300, specialTokens: ["<|bos|>", "<|e\u{301}nd \"x\"|>"]
    ).train(on: [text, text])
    let folder = try ScratchFolder()
    let file = folder.path + "/tokenizer.json"
    try trained.save(to: file)
    let loaded = try TokenizerFile.load(folder.path)
    #expect(loaded.vocabularySize == trained.vocabularySize)
    #expect(loaded.specialTokens == trained.specialTokens)
    #expect(loaded.beginningOfText == trained.specialTokens["<|bos|>"])
    for sample in [text, "", " ", "<|bos|>thesis<|e\u{301}nd \"x\"|>", "unseen ÿ\u{0}"] {
      for recognizing in [false, true] {
        #expect(
          loaded.encode(sample, recognizingSpecialTokens: recognizing)
            == trained.encode(sample, recognizingSpecialTokens: recognizing))
      }
      #expect(loaded.decode(loaded.encode(sample)).hasSameBytes(as: sample))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["tokenizer.json"])
    #expect(throws: FileSystemError.self) { try trained.save(to: folder.path + "/none/x.json") }
  }

  @Test("Special tokens have the last ids and no bytes")
  func specialTokens() throws {
    let trained = try BytePairTrainer(vocabularySize: 258, specialTokens: ["<|bos|>", "<|eos|>"])
      .train(on: ["aaaa aaaa"])
    #expect(trained.vocabularySize == 258)
    #expect(trained.specialTokens == ["<|bos|>": 256, "<|eos|>": 257])
    #expect(trained.beginningOfText == 256)
    #expect(trained.endOfText == 257)
    #expect(
      trained.encode("<|bos|>a<|eos|>", recognizingSpecialTokens: true) == [256, 64, 257])
    #expect(trained.decode([256, 64, 257, -1, 9999]) == "a")
  }

  @Test("Training refuses what cannot be met")
  func invalidTraining() {
    #expect(throws: TokenizerError.self) {
      try BytePairTrainer(vocabularySize: 256, specialTokens: ["<s>"]).train(on: [])
    }
    #expect(throws: TokenizerError.self) {
      try BytePairTrainer(vocabularySize: 400, specialTokens: ["<s>", "<s>"]).train(on: [])
    }
    #expect(throws: TokenizerError.self) {
      try BytePairTrainer(vocabularySize: 400, pattern: SplitPattern(regex: "(")).train(on: [])
    }
    #expect(throws: TokenizerError.self) {
      try BytePairTrainer(vocabularySize: 400, pattern: SplitPattern(regex: #"[^(\s|[.,])]"#))
        .train(on: [])
    }
  }

  @Test("A megabyte without a space, and a pattern without bounds, end")
  func longPieces() throws {
    var generator = SeededGenerator(state: 3)
    let letters = (0..<1_000_000).map { _ in UInt8.random(in: 97...100, using: &generator) }
    let text = String(decoding: letters, as: UTF8.self)
    let trained = try BytePairTrainer(vocabularySize: 1024).train(
      on: Self.words(count: 400, seed: 1))
    let ids = trained.encode(text)
    #expect(ids.count < text.utf8.count)
    #expect(trained.decode(ids) == text)

    let unbounded = SplitPattern(regex: #"(a+)+$|b"#)
    let stubborn = try BytePairTrainer(vocabularySize: 256, pattern: unbounded).train(on: [])
    let runaway = String(repeating: "a", count: 200) + "c"
    #expect(stubborn.decode(stubborn.encode(runaway)) == runaway)
  }

  @Test("Text between matches and empty matches is kept")
  func gaps() throws {
    for regex in [#"\d+"#, #"\d*"#, #"(?=é)"#, ""] {
      let tokenizer = try BytePairTrainer(
        vocabularySize: 256, pattern: SplitPattern(regex: regex)
      ).train(on: [])
      let text = "ab12é日34 "
      #expect(tokenizer.decode(tokenizer.encode(text)) == text)
    }
  }

  @Test("Many threads encode with one tokenizer")
  func threads() async throws {
    let text = Self.words(count: 2000, seed: 4).joined(separator: " ")
    let tokenizer = try BytePairTrainer(vocabularySize: 400).train(on: [text])
    let expected = tokenizer.encode(text)
    await withTaskGroup(of: [Int32].self) { group in
      for _ in 0..<16 { group.addTask { tokenizer.encode(text) } }
      for await ids in group { #expect(ids == expected) }
    }
  }

  @Test("GGUF's arrays make a tokenizer")
  func ggufArrays() throws {
    let trained = try BytePairTrainer(vocabularySize: 280, pattern: .gpt2)
      .train(on: ["low lower lowest low low slow"])
    let folder = try ScratchFolder()
    try trained.save(to: folder.path + "/tokenizer.json")
    let saved = try SavedMerges(file: folder.path + "/tokenizer.json")
    var tokens = saved.ids.sorted { $0.value < $1.value }.map { Array($0.key.utf8) }
    tokens.append(Array("<|end|>".utf8))
    let merges = saved.pairs.map { Array($0.joined(separator: " ").utf8) }
    let types = [Int32](repeating: 1, count: tokens.count - 1) + [3]
    func make(
      _ tokens: [[UInt8]], _ merges: [[UInt8]], types: [Int32], name: String = "gpt-2",
      end: Int32? = nil
    ) throws -> BytePairTokenizer {
      try BytePairTokenizer(
        printableTokens: tokens, merges: merges, types: types, preTokenizer: name,
        beginningOfText: nil, endOfText: end)
    }
    let tokenizer = try make(tokens, merges, types: types, end: Int32(tokens.count - 1))
    #expect(tokenizer.encode("lowest slow") == trained.encode("lowest slow"))
    #expect(tokenizer.specialTokens == ["<|end|>": Int32(tokens.count - 1)])

    #expect(throws: TokenizerError.self) { try make(tokens, merges, types: [1]) }
    #expect(throws: TokenizerError.self) { try make(tokens, merges, types: types, name: "x") }
    #expect(throws: TokenizerError.self) { try make(tokens, merges, types: types, end: 5000) }
    #expect(throws: TokenizerError.self) {
      try make(tokens, merges + [Array("zz yy".utf8)], types: types)
    }
    #expect(throws: TokenizerError.self) { try make(tokens, [[32, 32, 32]], types: types) }
    #expect(throws: TokenizerError.self) {
      try make(tokens.map { $0 == [97] ? [98] : $0 }, [], types: types)
    }
    #expect(throws: TokenizerError.self) { try make(Array(tokens[20...]), [], types: []) }
  }
}
