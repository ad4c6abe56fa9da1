import Foundation
import Testing
import Tokenizers

@Suite("Broken tokenizer files")
struct TokenizerFileTests {
  /// What loading a file of these contents says.
  private func message(_ contents: [UInt8], as name: String = "tokenizer.model") throws -> String {
    let folder = try ScratchFolder()
    let file = try folder.write(contents, as: name)
    let error = #expect(throws: TokenizerError.self) { try TokenizerFile.load(file) }
    return error?.description ?? ""
  }

  private func message(_ text: String, as name: String = "tokenizer.json") throws -> String {
    try message(Array(text.utf8), as: name)
  }

  @Test("Missing, empty, foreign and special files")
  func foreign() throws {
    #expect(throws: TokenizerError.self) { try TokenizerFile.load("/nonexistent/tokenizer.json") }
    #expect(throws: TokenizerError.self) { try TokenizerFile.load("/dev/null") }
    #expect(throws: TokenizerError.self) { try TokenizerFile.load("/dev") }
    #expect(try message("").contains("empty"))
    #expect(try message("Just a text of words.\n").contains("supported are"))
    #expect(try message([UInt8]("GGUF".utf8) + [3, 0, 0, 0]).contains("GGUF"))
    #expect(try message([UInt8](repeating: 0xFF, count: 4096)).contains("supported are"))
  }

  @Test(
    "JSON errors say the line and column",
    arguments: [
      ("{", "line 1, column 2"), ("{\n \"a\": tru}", "line 2, column 7"),
      ("{\"a\":1,}", "column 8"),
      ("{\"a\" 1}", "':'"), ("{\"a\":[1 2]}", "','"), ("{\"a\":\"\\q\"}", "escape"),
      ("{\"a\":\"\\u12\"}", "hexadecimal"), ("{\"a\":1} x", "end of the file"),
      ("{\"a\":-}", "value"), ("{\"a\":\"\n\"}", "control"), ("{\"a", "ends early"),
      (String(repeating: "{\"a\":", count: 100_000), "nested"),
    ])
  func json(text: String, expected: String) throws {
    let message = try message(text)
    #expect(message.contains(expected), "\(message)")
  }

  @Test(
    "What tokenizer.json asks for beyond the supported is named, with its place",
    arguments: [
      (#"{"model":{"type":"Other","vocab":{}}}"#, "model: the model type Other"),
      (#"{"model":{"type":"BPE","dropout":0.1,"vocab":{},"merges":[]}}"#, "dropout"),
      (
        #"{"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"X"}]},"#
          + #""model":{"vocab":{},"merges":[]}}"#, "normalizer.normalizers[1]: the normalizer X"
      ),
      (
        #"{"pre_tokenizer":{"type":"X"},"model":{"vocab":{},"merges":[]}}"#,
        "pre_tokenizer: the pre_tokenizer X"
      ),
      (#"{"decoder":{"type":"X"},"model":{"vocab":{},"merges":[]}}"#, "decoder: the decoder X"),
      (
        #"{"post_processor":{"type":"X"},"model":{"vocab":{},"merges":[]}}"#, "post_processor X"
      ),
      (
        #"{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"("},"behavior":"Removed"},"#
          + #""model":{"vocab":{},"merges":[]}}"#, "pre_tokenizer.pattern"
      ),
      (
        #"{"normalizer":{"type":"Precompiled","precompiled_charsmap":"!"},"#
          + #""model":{"vocab":{},"merges":[]}}"#, "normalizer.precompiled_charsmap"
      ),
      (#"{"added_tokens":[{"id":1}],"model":{}}"#, "added_tokens[0]"),
      (#"{"model":{"type":"Unigram","vocab":[["a",-1]]}}"#, "model.unk_id"),
      (#"{"model":{"type":"Unigram","unk_id":0,"vocab":[["a"]]}}"#, "model.vocab[0]"),
      (#"{"model":{"type":"WordPiece","vocab":{"a":0}}}"#, "'[UNK]' is not in the vocabulary"),
      (
        #"{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[["a","b"]]}}"#, "merge 0"
      ),
      (
        #"{"decoder":{"type":"ByteLevel"},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"model":{"vocab":{"a":0,"b":0},"merges":[]}}"#,
        "two tokens have the id 0"
      ),
      (
        #"{"decoder":{"type":"ByteLevel"},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"model":{"vocab":{"a":9e9},"merges":[]}}"#,
        "'a'"
      ),
      (
        #"{"decoder":{"type":"ByteLevel"},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"model":{"vocab":{"a":16000000},"merges":[]}}"#,
        "'a'"
      ),
      (
        #"{"decoder":{"type":"ByteLevel"},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"model":{"vocab":{"a":0},"merges":["a"]}}"#,
        "merges[0]"
      ),
      (
        #"{"decoder":{"type":"ByteLevel"},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"model":{"vocab":{"a":0},"merges":["a b"]}}"#,
        "merge 0: 'b'"
      ),
      (
        #"{"decoder":{"type":"ByteLevel"},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"model":{"vocab":{"a":0},"merges":[]}}"#,
        "no token for the byte"
      ),
      (
        #"{"decoder":{"type":"ByteLevel"},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"model":{"vocab":{"日":0},"merges":[]}}"#,
        "alphabet"
      ),
    ])
  func tokenizerJSON(text: String, expected: String) throws {
    let message = try message(text)
    #expect(message.contains(expected), "\(message)")
  }

  @Test("tiktoken files name the line")
  func tiktoken() throws {
    #expect(try message("IQ== 0\nIg= 1\n").contains("line 2"))
    #expect(try message("IQ== 0\nIg== 0\n").contains("line 2"))
    #expect(try message("IQ== 0\nIg== -1\n").contains("line 2"))
    #expect(try message("IQ== 0\nIg== 99999999999999999999\n").contains("line 2"))
    #expect(try message("IQ== 0\nIg== 10000000\n").contains("line 2"))
    #expect(try message("IQ== 0\nIg== 1\n").contains("a tiktoken file of 2 tokens"))
  }

  @Test("Vocabularies and merges need each other")
  func merges() throws {
    #expect(try message(#"{"a": 0}"#, as: "encoder.json").contains("vocab.bpe"))
    #expect(try message("#version: 0.2\na b\n", as: "merges.txt").contains("encoder.json"))
    let folder = try ScratchFolder()
    _ = try folder.write(#"{"a": 0}"#, as: "vocab.json")
    let file = try folder.write("#version: 0.2\na b c\n", as: "merges.txt")
    let error = #expect(throws: TokenizerError.self) { try TokenizerFile.load(file) }
    #expect(error?.description.contains("line 2") == true)
  }

  @Test("SentencePiece models name the byte, and the type that is not supported")
  func sentencePiece() throws {
    let piece: [UInt8] = [0x0A, 0x0A, 0x0A, 0x03, 0x61, 0x62, 0x63, 0x15, 0, 0, 0, 0]
    #expect(try message(piece + [0x12, 0x02, 0x18, 0x09]).contains("model type 9"))
    #expect(try message(piece + [0x0A, 0x7F]).contains("byte 12"))
    #expect(try message(piece + [0x0A]).contains("within a number"))
    #expect(
      try message(piece + [0x0A] + [UInt8](repeating: 0xFF, count: 12)).contains("byte 13"))
    #expect(try message(piece).contains("outside of 1 tokens"))
    #expect(try message(piece + piece + piece).contains("are both"))
    let brokenMap: [UInt8] = [0x1A, 0x03, 0x12, 0x01, 0x00]
    let unknown: [UInt8] = [0x0A, 0x05, 0x0A, 0x01, 0x75, 0x18, 0x02]
    let others: [UInt8] = [0x0A, 0x03, 0x0A, 0x01, 0x62, 0x0A, 0x03, 0x0A, 0x01, 0x63]
    #expect(try message(piece + unknown + others + brokenMap).contains("character map"))
  }

  @Test("llama2.c files name the byte")
  func llama2C() throws {
    let header: [UInt8] = [6, 0, 0, 0]
    let token: [UInt8] = [0, 0, 0, 0, 1, 0, 0, 0, 97]
    #expect(try message(header + token).contains("at least four"))
    #expect(try message(header + token + [0, 0]).contains("byte 13"))
    #expect(try message(header + token + [0, 0, 0, 0, 9, 0, 0, 0]).contains("9 bytes"))
    #expect(try message(header + token + [0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]).contains("-1"))
  }

  @Test("Cut and changed files are refused or loaded, never a crash")
  func mutations() throws {
    let folder = try ScratchFolder()
    let trained = try BytePairTrainer(vocabularySize: 300, specialTokens: ["<|bos|>"])
      .train(on: ["the cat sat on the mat with the hat"])
    let file = folder.path + "/tokenizer.json"
    try trained.save(to: file)
    let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    var generator = SeededGenerator(state: 5)
    var loaded = 0
    for round in 0..<150 {
      var contents = original
      if round % 3 == 0 {
        contents.removeLast(Int.random(in: 0..<contents.count, using: &generator))
      } else {
        for _ in 0..<4 {
          contents[Int.random(in: 0..<contents.count, using: &generator)] =
            UInt8.random(in: 0...255, using: &generator)
        }
      }
      let changed = try folder.write(contents, as: "changed.json")
      do {
        let tokenizer = try TokenizerFile.load(changed)
        #expect(!tokenizer.decode(tokenizer.encode("the cat é")).isEmpty)
        loaded += 1
      } catch is TokenizerError {}
    }
    #expect(loaded < 150)
  }

  @Test("Keys that are canonically equivalent stay apart")
  func canonicalEquivalence() throws {
    let bytes = (0..<256).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return "\"<0x\(digits.count == 1 ? "0" : "")\(digits)>\": \(byte + 10)"
    }
    let vocabulary = [#""<unk>": 0"#, #""▁": 1"#, "\"\u{E9}\": 2", #""e\u0301": 3"#, #""e": 4"#]
    let folder = try ScratchFolder()
    let file = try folder.write(
      """
      {"normalizer": {"type": "Sequence", "normalizers": [
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
      "decoder": {"type": "Fuse"}, "model": {"type": "BPE", "byte_fallback": true, "unk_token": "<unk>", "merges": [],
        "vocab": {\((vocabulary + bytes).joined(separator: ","))}}}
      """, as: "tokenizer.json")
    let tokenizer = try TokenizerFile.load(file)
    #expect(tokenizer.bytes(for: 2) == [0xC3, 0xA9])
    #expect(tokenizer.bytes(for: 3) == [0x65, 0xCC, 0x81])
    #expect(tokenizer.encode("\u{E9} e") == [2, 1, 4])
  }
}
