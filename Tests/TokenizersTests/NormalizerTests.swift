import Testing
import Tokenizers

@Suite("Normalizers")
struct NormalizerTests {
  /// A normalizer, a text and what it becomes: printed by Hugging Face tokenizers 0.23.3.
  static let cases: [(json: String, text: String, expected: String)] = [
    (#"{"type": "NFC"}"#, "e\u{301} ﬁ", "é ﬁ"),
    (#"{"type": "NFD"}"#, "é ﬁ", "e\u{301} ﬁ"),
    (#"{"type": "NFKC"}"#, "e\u{301} ﬁ①", "é fi1"),
    (#"{"type": "NFKD"}"#, "é ﬁ①", "e\u{301} fi1"),
    (#"{"type": "Lowercase"}"#, "ÀB İΣ", "àb i\u{307}σ"),
    (#"{"type": "Strip", "strip_left": true, "strip_right": true}"#, "\u{3000} a b \n", "a b"),
    (#"{"type": "Strip", "strip_left": true, "strip_right": false}"#, " a ", "a "),
    (#"{"type": "StripAccents"}"#, "e\u{301}a\u{903}", "ea"),
    (#"{"type": "Replace", "pattern": {"String": "aa"}, "content": "b"}"#, "aaaa a", "bb a"),
    (#"{"type": "Replace", "pattern": {"Regex": "\\s+|$"}, "content": "_"}"#, "a  b\nc", "a_b_c_"),
    (#"{"type": "Prepend", "prepend": "▁"}"#, "a", "▁a"),
    (#"{"type": "Nmt"}"#, "a\u{200B}b\u{1}c\td", "a bc d"),
    (
      #"{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true}"#,
      "Ünï\u{0}c\t中国\u{FFFD}", "unic  中  国 "
    ),
    (
      #"{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": false, "strip_accents": null, "lowercase": false}"#,
      "Ünï\u{200D}c 中", "Ünïc 中"
    ),
    (
      #"{"type": "BertNormalizer", "clean_text": false, "handle_chinese_chars": true, "strip_accents": true, "lowercase": false}"#,
      "Ü\t中", "U\t 中 "
    ),
    (
      #"{"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]}"#, "Ⅷ",
      "viii"
    ),
  ]

  @Test("Text becomes what the reference makes of it", arguments: cases)
  func normalize(_ json: String, _ text: String, _ expected: String) throws {
    let tokenizer = try PipelineFile(
      normalizer: #"{"type": "Sequence", "normalizers": [\#(json), {"type": "ByteLevel"}]}"#,
      model: PipelineFile.bytes, decoder: #"{"type": "ByteLevel"}"#
    ).load()
    #expect(tokenizer.decode(tokenizer.encode(text)).hasSameBytes(as: expected))
  }

  @Test("A character map replaces graphemes and characters by their shortest key")
  func characterMap() throws {
    let map = CharacterMapBuilder.map(key: "a", replacement: "xy")
    let tokenizer = try PipelineFile(
      normalizer: #"{"type": "Precompiled", "precompiled_charsmap": "\#(map.base64)"}"#,
      model: PipelineFile.bytes, decoder: #"{"type": "ByteLevel"}"#
    ).load()
    // The accent belongs to the grapheme that the key starts.
    #expect(tokenizer.decode(tokenizer.encode("bab")) == "bxyb")
    #expect(tokenizer.decode(tokenizer.encode("a\u{301}b")) == "xyb")
  }
}

/// Writes a character map with one key, as SentencePiece stores it.
enum CharacterMapBuilder {
  /// Each character of the key goes to a node of its own; the offsets keep them apart.
  static func map(key: String, replacement: String) -> [UInt8] {
    var units = [UInt32](repeating: 0, count: 256 * (key.utf8.count + 2))
    var node = 0
    for (index, byte) in key.utf8.enumerated() {
      // A node's children start where its place and offset differ by a multiple of 256.
      let base = 256 * (index + 1)
      units[node] |= UInt32(base ^ node) << 10
      node = base ^ Int(byte)
      units[node] = UInt32(byte)
    }
    let leaf = 256 * (key.utf8.count + 1)
    units[node] |= UInt32(leaf ^ node) << 10 | 0x100
    units[leaf] = 0x8000_0000
    let bytes = units.flatMap { unit in (0..<4).map { UInt8(truncatingIfNeeded: unit >> ($0 * 8)) }
    }
    let size = UInt32(bytes.count)
    return (0..<4).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) } + bytes
      + Array(replacement.utf8) + [0]
  }
}
