import Testing
import Tokenizers

@Suite("Decoders")
struct DecoderTests {
  /// A decoder, tokens and their text: printed by Hugging Face tokenizers 0.23.3.
  static let cases: [(json: String?, tokens: [String], text: String)] = [
    (
      #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}"#,
      ["Ġa", "Ã", "©", "<x>"], " aé<x>"
    ),
    (
      #"{"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]}"#,
      ["a", "<0xC3>", "<0xA9>", "b", "<0x41>"], "aébA"
    ),
    (#"{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}"#, ["▁a", "b▁▁"], " ab  "),
    (
      #"{"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Replace", "pattern": {"String": "ab"}, "content": "-"}]}"#,
      ["xa", "ba", "b", "a"], "x--a"
    ),
    (
      #"{"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Replace", "pattern": {"Regex": "[ab]+"}, "content": "-"}]}"#,
      ["xa", "bxb"], "x-x-"
    ),
    (#"{"type": "Strip", "content": "x", "start": 1, "stop": 0}"#, ["xxa", "xb"], "xab"),
    (
      #"{"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Strip", "content": "x", "start": 2, "stop": 1}]}"#,
      ["x", "x", "xa", "x", "x"], "xax"
    ),
    (
      #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}"#,
      ["▁▁a", "▁b"], "a b"
    ),
    (
      #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": true}"#,
      ["▁a", "▁b"], " a b"
    ),
    (
      ###"{"type": "WordPiece", "prefix": "##", "cleanup": true}"###,
      ["un", "##able", "isn", "##'", "t", "do", "not", ".", "##"], "unable isn' t do not."
    ),
    (###"{"type": "WordPiece", "prefix": "##", "cleanup": false}"###, ["a", ".", "##b"], "a .b"),
    (#"{"type": "BPEDecoder", "suffix": "</w>"}"#, ["lo", "w</w>", "er</w>"], "low er"),
    (
      #"{"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": true}"#,
      ["<pad>", "h", "h", "<pad>", "h", "|", "|", "i"], "hh i"
    ),
    (nil, ["a", "b"], "a b"),
  ]

  @Test("Tokens become the reference's text, all at once and one by one", arguments: cases)
  func decode(_ json: String?, _ tokens: [String], _ text: String) throws {
    let vocabulary = tokens.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let tokenizer = try PipelineFile(
      model: PipelineFile.words(vocabulary), decoder: json ?? "null"
    ).load()
    let ids = tokens.map { Int32((vocabulary.firstIndex(of: $0) ?? -1) + 1) }
    #expect(tokenizer.decode(ids) == text)
    var stream = StreamingDecoder(tokenizer)
    let parts = ids.map { stream.append($0) } + [stream.finish()]
    #expect(parts.joined() == text)
  }

  @Test("Of broken byte tokens whole characters stay, the rest is U+FFFD byte for byte")
  func brokenBytes() throws {
    let tokens = ["<0xE6>", "<0x97>", "<0xC3>", "<0xA9>", "a"]
    let tokenizer = try PipelineFile(
      model: PipelineFile.words(tokens), decoder: #"{"type": "ByteFallback"}"#
    ).load()
    #expect(tokenizer.decode([1, 2, 5]) == "\u{FFFD}\u{FFFD}a")
    #expect(tokenizer.decode([1, 2, 3, 4]) == "\u{FFFD}\u{FFFD}é")
    #expect(tokenizer.decode([3]) == "\u{FFFD}")
    var stream = StreamingDecoder(tokenizer)
    #expect([3, 4, 5].map { stream.append($0) } == ["", "é", "a"])
  }
}
