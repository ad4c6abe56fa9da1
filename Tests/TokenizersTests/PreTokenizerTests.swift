import Testing
import Tokenizers

@Suite("Pre-tokenizers")
struct PreTokenizerTests {
  /// A pre-tokenizer, a text and its pieces: printed by Hugging Face tokenizers 0.23.3.
  static let cases: [(json: String, text: String, pieces: [String])] = [
    (
      #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}"#,
      "it's 12 é", ["Ġit", "'s", "Ġ12", "ĠÃ©"]
    ),
    (
      #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}"#,
      "a b", ["aĠb"]
    ),
    (
      #"{"type": "Split", "pattern": {"String": "ab"}, "behavior": "Removed", "invert": false}"#,
      "xabyab", ["x", "y"]
    ),
    (
      #"{"type": "Split", "pattern": {"Regex": "[0-9]"}, "behavior": "Isolated", "invert": false}"#,
      "a12b", ["a", "1", "2", "b"]
    ),
    (
      #"{"type": "Split", "pattern": {"Regex": "[0-9]"}, "behavior": "MergedWithPrevious", "invert": false}"#,
      "a12b", ["a1", "2", "b"]
    ),
    (
      #"{"type": "Split", "pattern": {"Regex": "[0-9]"}, "behavior": "MergedWithNext", "invert": false}"#,
      "a12b", ["a", "1", "2b"]
    ),
    (
      #"{"type": "Split", "pattern": {"Regex": "[0-9]"}, "behavior": "Contiguous", "invert": false}"#,
      "a12b", ["a", "12", "b"]
    ),
    (
      #"{"type": "Split", "pattern": {"Regex": "[0-9]+"}, "behavior": "Removed", "invert": true}"#,
      "a12b3", ["12", "3"]
    ),
    (
      #"{"type": "Split", "pattern": {"Regex": "(?=[A-Z])"}, "behavior": "Isolated", "invert": false}"#,
      "abCdE", ["ab", "Cd", "E"]
    ),
    (
      #"{"type": "Split", "pattern": {"Regex": "\\p{N}{1,2}+|$"}, "behavior": "Isolated", "invert": false}"#,
      "a12345\nb", ["a", "12345", "\nb"]
    ),
    (
      #"{"type": "Split", "pattern": {"Regex": "\\w+|\\h"}, "behavior": "Isolated", "invert": false}"#,
      "x² Ⓐ!f", ["x²", " ", "Ⓐ", "!", "f"]
    ),
    (
      #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}"#,
      "a  b", ["▁a", "▁", "▁b"]
    ),
    (
      #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": false}"#,
      " a b", ["▁a▁b"]
    ),
    (
      #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": true}"#,
      "a b", ["a", "▁b"]
    ),
    (
      #"{"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "split": true}"#,
      "a b", ["_a", "_b"]
    ),
    (#"{"type": "Digits", "individual_digits": false}"#, "a12 3", ["a", "12", " ", "3"]),
    (#"{"type": "Digits", "individual_digits": true}"#, "a12½", ["a", "1", "2", "½"]),
    (#"{"type": "Whitespace"}"#, "don't  é_1 ²x", ["don", "'", "t", "é_1", "²", "x"]),
    (#"{"type": "WhitespaceSplit"}"#, "a,b\u{3000}c\n", ["a,b", "c"]),
    (
      #"{"type": "Punctuation", "behavior": "Isolated"}"#, "a, «b»$",
      ["a", ",", " ", "«", "b", "»", "$"]
    ),
    (#"{"type": "Punctuation", "behavior": "Removed"}"#, "a,b", ["a", "b"]),
    (#"{"type": "BertPreTokenizer"}"#, "a-b  c!", ["a", "-", "b", "c", "!"]),
    (#"{"type": "CharDelimiterSplit", "delimiter": "-"}"#, "a--b", ["a", "b"]),
    (#"{"type": "FixedLength", "length": 2}"#, "añb日c", ["añ", "b日", "c"]),
    (
      #"{"type": "UnicodeScripts"}"#, "  Apples are りんごー 林檎。1 а\u{301}б",
      ["Apples are ", "りんごー 林檎", "。1 ", "а", "\u{301}", "б"]
    ),
    // Not assigned yet in the reference's version of Unicode: it goes with what stands before it.
    (#"{"type": "UnicodeScripts"}"#, "a\u{1F9FF}b я", ["a\u{1F9FF}b ", "я"]),
    (
      #"{"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Isolated"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true}]}"#,
      "a, b", ["▁a", ",", "b"]
    ),
  ]

  @Test("Text is cut where the reference cuts it", arguments: cases)
  func pieces(_ json: String, _ text: String, _ pieces: [String]) throws {
    let vocabulary = pieces.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let tokenizer = try PipelineFile(
      preTokenizer: json, model: PipelineFile.words(vocabulary)
    ).load()
    let expected = pieces.map { Int32((vocabulary.firstIndex(of: $0) ?? -1) + 1) }
    #expect(tokenizer.encode(text) == expected)
  }

  /// Every piece begins with a space of its own, so that the bytes tell where text was cut.
  @Test(
    "All characters have the scripts that they have in the reference",
    arguments: [(1, 371, 0xA7AE_27E6_4BD4_8D2B), (7919, 57340, 0x0384_DD52_2C27_391B)]
      as [(UInt32, Int, UInt64)])
  func scripts(_ step: UInt32, _ pieceCount: Int, _ digest: UInt64) throws {
    let tokenizer = try PipelineFile(
      preTokenizer:
        #"{"type": "Sequence", "pretokenizers": [{"type": "UnicodeScripts"}, {"type": "ByteLevel", "add_prefix_space": true, "use_regex": false}]}"#,
      model: PipelineFile.bytes
    ).load()
    var text = String.UnicodeScalarView()
    for index in 0..<UInt32(0x110000) {
      let value = UInt32(UInt64(index) * UInt64(step) % 0x110000)
      if let scalar = Unicode.Scalar(value), scalar != " " { text.append(scalar) }
    }
    let ids = tokenizer.encode(String(text))
    #expect(ids.count { $0 == 0x20 } == pieceCount)
    // FNV-1a of the bytes, as the reference gives them.
    let found = ids.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    #expect(found == digest)
  }

  @Test("Older files write the prefix of Metaspace as a flag")
  func legacyMetaspace() throws {
    let json = #"{"type": "Metaspace", "replacement": "▁", "add_prefix_space": false}"#
    let tokenizer = try PipelineFile(
      preTokenizer: json, model: PipelineFile.words(["a", "▁b"])
    ).load()
    #expect(tokenizer.encode("a b") == [1, 2])
  }

  @Test("The first prefix is put where the text starts with nothing taken away")
  func firstPrefix() throws {
    let tokenizer = try PipelineFile(
      normalizer: #"{"type": "Strip"}"#,
      preTokenizer: #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first"}"#,
      model: PipelineFile.words(["a", "▁a"])
    ).load()
    #expect(tokenizer.encode("a") == [2])
    #expect(tokenizer.encode(" a") == [1])
  }
}
