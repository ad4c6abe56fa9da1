import Testing
import Tokenizers

@Suite("Models, added tokens and frames of tokenizer.json")
struct PipelineTests {
  /// A model, a text and its ids: printed by Hugging Face tokenizers 0.23.3, as all below.
  static let models: [(json: String, text: String, ids: [Int32])] = [
    (
      #"{"type": "BPE", "vocab": {"?": 0, "a": 1, "b": 2, "c": 3, "ab": 4, "abc": 5, "bc": 6}, "merges": ["b c", "a b", "ab c"]}"#,
      "abcabxa", [1, 6, 4, 1]
    ),
    (
      #"{"type": "BPE", "unk_token": "?", "vocab": {"?": 0, "a": 1, "b": 2, "c": 3, "ab": 4, "abc": 5, "bc": 6}, "merges": ["b c", "a b", "ab c"]}"#,
      "axxbc", [1, 0, 0, 6]
    ),
    (
      #"{"type": "BPE", "unk_token": "?", "fuse_unk": true, "vocab": {"?": 0, "a": 1, "b": 2, "c": 3, "ab": 4, "abc": 5, "bc": 6}, "merges": ["b c", "a b", "ab c"]}"#,
      "axxbcx", [1, 0, 6, 0]
    ),
    (
      #"{"type": "BPE", "ignore_merges": true, "vocab": {"?": 0, "a": 1, "b": 2, "c": 3, "ab": 4, "abc": 5, "bc": 6}, "merges": ["b c", "a b", "ab c"]}"#,
      "ab", [4]
    ),
    (
      #"{"type": "BPE", "ignore_merges": false, "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": []}"#,
      "ab", [0, 1]
    ),
    (
      #"{"type": "BPE", "ignore_merges": true, "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": []}"#,
      "ab", [2]
    ),
    (
      #"{"type": "BPE", "byte_fallback": true, "unk_token": "?", "vocab": {"?": 0, "a": 1, "<0xC3>": 2, "<0xA9>": 3}, "merges": []}"#,
      "aéüa", [1, 2, 3, 0, 1]
    ),
    (
      ###"{"type": "BPE", "continuing_subword_prefix": "##", "vocab": {"a": 0, "##b": 1, "##c": 2, "##bc": 3, "abc": 4}, "merges": ["##b ##c", "a ##bc"]}"###,
      "abcb", [4, 1]
    ),
    (
      #"{"type": "BPE", "end_of_word_suffix": "$", "vocab": {"a": 0, "b": 1, "b$": 2, "ab$": 3}, "merges": ["a b$"]}"#,
      "abab", [0, 1, 3]
    ),
    (
      ###"{"type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##", "max_input_chars_per_word": 6, "vocab": {"?": 0, "un": 1, "##able": 2, "##a": 3, "u": 4, "##n": 5}}"###,
      "unable", [1, 2]
    ),
    (
      ###"{"type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##", "max_input_chars_per_word": 6, "vocab": {"?": 0, "un": 1, "##able": 2, "##a": 3, "u": 4, "##n": 5}}"###,
      "unab", [0]
    ),
    (
      ###"{"type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##", "max_input_chars_per_word": 6, "vocab": {"?": 0, "un": 1, "##a": 2}}"###,
      "unaaaaa", [0]
    ),
    (#"{"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "ab": 1}}"#, "ab", [1]),
    (#"{"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "ab": 1}}"#, "a", [0]),
    (
      #"{"type": "Unigram", "unk_id": 0, "vocab": [["?", 0.0], ["a", -1.5], ["b", -2.0], ["ab", -3.0], ["bab", -2.5], ["<0xC3>", -9.0], ["<0xA9>", -9.0]]}"#,
      "abab", [1, 4]
    ),
    (
      #"{"type": "Unigram", "unk_id": 0, "vocab": [["?", 0.0], ["a", -1.5], ["b", -2.0], ["ab", -3.0], ["bab", -2.5], ["<0xC3>", -9.0], ["<0xA9>", -9.0]]}"#,
      "axybé", [1, 0, 2, 0]
    ),
    (
      #"{"type": "Unigram", "unk_id": 0, "byte_fallback": true, "vocab": [["?", 0.0], ["a", -1.5], ["b", -2.0], ["ab", -3.0], ["bab", -2.5], ["<0xC3>", -9.0], ["<0xA9>", -9.0]]}"#,
      "éa", [5, 6, 1]
    ),
    (
      #"{"type": "Unigram", "unk_id": 0, "byte_fallback": true, "vocab": [["?", 0.0], ["a", -1.5], ["b", -2.0], ["ab", -3.0], ["bab", -2.5], ["<0xC3>", -9.0], ["<0xA9>", -9.0]]}"#,
      "éüa", [0, 1]
    ),
  ]

  @Test("Models give the reference's ids", arguments: models)
  func encode(_ json: String, _ text: String, _ ids: [Int32]) throws {
    #expect(try PipelineFile(model: json).load().encode(text) == ids)
  }

  /// Flags of a token `<x>`, a normalizer, a text, its ids with special tokens and without.
  static let added:
    [(flags: String, normalizer: String, text: String, ids: [Int32], plain: [Int32])] = [
      (#""#, #"null"#, "a<x>b <x> a", [1, 6, 2, 6, 1], [1, 6, 2, 6, 1]),
      (#""special": true"#, #"null"#, "a<x>b <x>b", [1, 6, 2, 6, 2], [0, 3]),
      (
        #""single_word": true"#, #"null"#, "a<x> <x>b <x>, (<x>", [0, 3, 6, 0, 0, 6],
        [0, 3, 6, 0, 0, 6]
      ),
      (#""lstrip": true"#, #"null"#, "a  <x> b", [1, 6, 0, 2], [1, 6, 0, 2]),
      (#""rstrip": true"#, #"null"#, "a <x>  b", [1, 0, 6, 2], [1, 0, 6, 2]),
      (#""normalized": true"#, #"{"type": "Lowercase"}"#, "<X>b", [6, 2], [6, 2]),
      (#""normalized": false"#, #"{"type": "Lowercase"}"#, "<X>", [0], [0]),
      (
        #""normalized": true"#, #"{"type": "Prepend", "prepend": " "}"#, "<x>b a <x>",
        [6, 2, 1, 6], [6, 2, 1, 6]
      ),
    ]

  @Test("Added tokens are found as their flags say", arguments: added)
  func addedTokens(
    _ flags: String, _ normalizer: String, _ text: String, _ ids: [Int32], _ plain: [Int32]
  ) throws {
    let takesSpace = flags.contains("strip")
    let tokenizer = try PipelineFile(
      normalizer: normalizer,
      preTokenizer: takesSpace
        ? #"{"type": "Split", "pattern": {"String": " "}, "behavior": "Isolated"}"#
        : #"{"type": "WhitespaceSplit"}"#,
      model: #"""
        {"type": "WordLevel", "unk_token": "?",
        "vocab": {"?": 0, "a": 1, "b": 2, "<x>b": 3, "A": 4, "<X>": 5}}
        """#,
      addedTokens: #"[{"id": 6, "content": "<x>", "normalized": false, "special": false}]"#
        .replacing(flags: flags)
    ).load()
    #expect(tokenizer.encode(text, recognizingSpecialTokens: true) == ids)
    #expect(tokenizer.encode(text) == plain)
  }

  /// A post-processor and the ids of "a", which is 1, in its frame.
  static let frames: [(json: String, ids: [Int32])] = [
    (#"null"#, [1]),
    (
      #"{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}], "special_tokens": {"<s>": {"id": "<s>", "ids": [7], "tokens": ["<s>"]}, "</s>": {"id": "</s>", "ids": [8, 9], "tokens": ["</s>", "!"]}}}"#,
      [7, 1, 8, 9]
    ),
    (#"{"type": "BertProcessing", "sep": ["[SEP]", 5], "cls": ["[CLS]", 4]}"#, [4, 1, 5]),
    (
      #"{"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 3], "trim_offsets": true, "add_prefix_space": true}"#,
      [3, 1, 2]
    ),
    (
      #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}"#,
      [1]
    ),
  ]

  @Test("Frames are what the post-processor adds, and encode adds nothing", arguments: frames)
  func framed(_ json: String, _ ids: [Int32]) throws {
    let tokenizer = try PipelineFile(
      model: #"{"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "a": 1}}"#,
      postProcessor: json
    ).load()
    #expect(tokenizer.encodeFramed("a") == ids)
    #expect(tokenizer.encode("a") == [1])
  }

  @Test("A frame is saved with the tokenizer")
  func savedFrame() throws {
    let frame = #"{"type": "BertProcessing", "sep": ["<s>", 256], "cls": ["<s>", 256]}"#
    let tokenizer = try PipelineFile(
      preTokenizer: #"{"type": "ByteLevel", "add_prefix_space": false}"#,
      model: PipelineFile.bytes, postProcessor: frame, decoder: #"{"type": "ByteLevel"}"#,
      addedTokens: #"[{"id": 256, "content": "<s>", "special": true}]"#
    ).load()
    let folder = try ScratchFolder()
    try #require(tokenizer as? BytePairTokenizer).save(to: folder.path + "/tokenizer.json")
    let saved = try TokenizerFile.load(folder.path + "/tokenizer.json")
    #expect(saved.frame == TextFrame(prefix: [256], suffix: [256]))
    #expect(saved.encodeFramed("a") == [256, 97, 256])
  }

  @Test("Merges of tokens that hold spaces are cut where both parts are tokens")
  func mergesWithSpaces() throws {
    let tokenizer = try PipelineFile(
      model: #"{"type": "BPE", "vocab": {" ": 0, "a": 1, "a ": 2, "a  ": 3},"#
        + #""merges": ["a  ", "a   "]}"#
    ).load()
    #expect(tokenizer.encode("a  a") == [3, 1])
  }
}

extension String {
  /// A JSON object's text with more members, or others.
  fileprivate func replacing(flags: String) -> String {
    if flags.isEmpty { return self }
    let key = flags.prefix { $0 != ":" }
    let kept = split(separator: ",").filter { !$0.contains(key) }.joined(separator: ",")
    let open = kept.prefix { $0 != "}" && $0 != "]" }
    return open + ", " + flags + "}]"
  }
}
