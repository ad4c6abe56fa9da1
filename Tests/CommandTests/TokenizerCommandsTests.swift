import Foundation
import TestSupport
import Testing

/// Many texts in one run of the tokenizer's commands.
@Suite struct TokenizerCommandsTests {
  let folder: TemporaryFolder
  let circadian: CircadianProcess

  init() throws {
    folder = try TemporaryFolder()
    circadian = CircadianProcess(home: folder / "home")
  }

  @Test func linesAreEncodedFramedAndDecoded() throws {
    let tokenizer = try folder.file(
      Data(
        #"""
        {"pre_tokenizer": {"type": "Whitespace"}, "decoder": {"type": "WordPiece"},
        "post_processor": {"type": "BertProcessing", "sep": ["e", 3], "cls": ["s", 2]},
        "model": {"type": "WordLevel", "unk_token": "?",
        "vocab": {"?": 0, "a": 1, "s": 2, "e": 3, "b": 4}}}
        """#.utf8), name: "tokenizer.json")
    let texts = try folder.file(Data("\"a\\nb\"\n\"\"\n\"b x\"\n".utf8), name: "texts.jsonl")
    let encode = ["tokenizer", "encode", "--tokenizer", tokenizer.path, "--lines", "--file"]
    let plain = try circadian.run(encode + [texts.path])
    #expect(plain.code == 0, "\(plain.messages)")
    #expect(plain.output == "1 4\n\n4 0\n")
    let framed = try circadian.run(encode + [texts.path, "--framed"])
    #expect(framed.output == "2 1 4 3\n2 3\n2 4 0 3\n")
    let broken = try folder.file(Data("\"a\"\na\n".utf8), name: "broken.jsonl")
    let refused = try circadian.run(encode + [broken.path])
    #expect(refused.code == 65)
    #expect(refused.messages.contains("line 2"))

    let ids = try folder.file(Data("1 4\n\n4\n".utf8), name: "ids.txt")
    let decode = ["tokenizer", "decode", "--tokenizer", tokenizer.path]
    let decoded = try circadian.run(decode + ["--lines", "--file", ids.path])
    #expect(decoded.code == 0, "\(decoded.messages)")
    #expect(decoded.output == "\"a b\"\n\"\"\n\"b\"\n")
    #expect(try circadian.run(decode + ["1", "4"]).output == "a b\n")
    #expect(try circadian.run(decode).code == 64)
  }
}
