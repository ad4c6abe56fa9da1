import Foundation
import Testing
import Tokenizers

/// Files that nobody should trust: loaded or refused, and used without an end of the program.
@Suite("Changed tokenizer files")
struct TokenizerFuzzTests {
  private static let texts = [
    "", "ab <x> é\u{301} ﬁ 日本 a\n\t 12", " ▁▁\u{0}", "aaaaaaaaaaaaaaaaaaaa",
  ]

  /// Loads a file, and encodes and decodes with it where that succeeds.
  private func use(_ contents: [UInt8], as name: String, in folder: ScratchFolder) throws -> Bool {
    let file = try folder.write(contents, as: name)
    let tokenizer: any Tokenizer
    do { tokenizer = try TokenizerFile.load(file) } catch is TokenizerError { return false }
    for text in Self.texts {
      let ids = tokenizer.encode(text, recognizingSpecialTokens: true)
      #expect(ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize })
      _ = tokenizer.decode(tokenizer.encodeFramed(text))
    }
    var stream = StreamingDecoder(tokenizer)
    for id in Int32(-1)...20 {
      _ = stream.append(id)
      _ = tokenizer.bytes(for: id)
    }
    _ = stream.finish()
    return true
  }

  static let seeds: [(name: String, contents: [UInt8])] = {
    let added =
      #"[{"id": 7, "content": "<x>", "lstrip": true, "normalized": true, "#
      + #""special": true}]"#
    let map = CharacterMapBuilder.map(key: "a", replacement: "xy").base64
    let pipelines = [
      PipelineFile(
        normalizer: #"{"type": "Sequence", "normalizers": [{"type": "Precompiled", "#
          + #""precompiled_charsmap": "\#(map)"}, {"type": "Replace", "pattern": "#
          + #"{"Regex": " {2,}"}, "content": " "}]}"#,
        preTokenizer: #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first"}"#,
        model: #"{"type": "Unigram", "unk_id": 0, "byte_fallback": false, "#
          + #""vocab": [["?", 0], ["a", -1.5], ["▁", -2], ["xy", -3], ["▁a", -1e3]]}"#,
        postProcessor: #"{"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 3]}"#,
        decoder: #"{"type": "Metaspace", "replacement": "▁"}"#, addedTokens: added),
      PipelineFile(
        normalizer: #"{"type": "BertNormalizer", "lowercase": true}"#,
        preTokenizer: #"{"type": "BertPreTokenizer"}"#,
        model: #"{"type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "@@", "#
          + #""vocab": {"?": 0, "a": 1, "@@b": 2, "@@a": 3}}"#,
        decoder: #"{"type": "WordPiece", "prefix": "@@"}"#, addedTokens: added),
      PipelineFile(
        normalizer: #"{"type": "Prepend", "prepend": "▁"}"#,
        preTokenizer: #"{"type": "Split", "pattern": {"Regex": "a+|\\s"}, "#
          + #""behavior": "MergedWithNext", "invert": false}"#,
        model: #"{"type": "BPE", "unk_token": "?", "fuse_unk": true, "byte_fallback": true, "#
          + #""vocab": {"?": 0, "a": 1, "b": 2, "ab": 3, "aa": 4, "<0xC3>": 5}, "#
          + #""merges": ["a b", ["a", "a"]]}"#,
        decoder: #"{"type": "Sequence", "decoders": [{"type": "ByteFallback"}, "#
          + #"{"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 2}]}"#,
        addedTokens: added),
    ]
    return pipelines.map { ("tokenizer.json", Array($0.json.utf8)) } + [
      ("tokenizer.model", sentencePieceModel)
    ]
  }()

  /// A unigram model of a few pieces with a map, in Protocol Buffers.
  static let sentencePieceModel: [UInt8] = {
    func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      var length = bytes.count
      var encoded: [UInt8] = []
      repeat {
        encoded.append(UInt8(length & 0x7F) | (length > 0x7F ? 0x80 : 0))
        length >>= 7
      } while length > 0
      return [number << 3 | 2] + encoded + bytes
    }
    let pieces: [(String, Float, UInt8)] = [
      ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("▁", -2, 1), ("a", -1, 1), ("xy", -3, 1),
      ("<x>", 0, 4),
    ]
    let list = pieces.flatMap { text, score, type in
      let bits = score.bitPattern
      let bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) }
      return field(1, field(1, Array(text.utf8)) + [0x15] + bytes + [0x18, type])
    }
    return list + field(2, [0x18, 1])
      + field(3, field(2, CharacterMapBuilder.map(key: "a", replacement: "xy")))
  }()

  @Test("What the changes start from can be loaded")
  func seedsLoad() throws {
    let folder = try ScratchFolder()
    for (name, contents) in Self.seeds { #expect(try use(contents, as: name, in: folder)) }
  }

  @Test("Cut, flipped and inflated files are refused or used", arguments: 0..<4)
  func mutations(_ index: Int) throws {
    let (name, seed) = Self.seeds[index]
    let folder = try ScratchFolder()
    var generator = SeededGenerator(state: UInt64(index) + 100)
    var used = 0
    for round in 0..<60 {
      var contents = seed
      switch round % 4 {
      case 0: contents.removeLast(Int.random(in: 0..<contents.count, using: &generator))
      case 1:
        for _ in 0..<3 {
          contents[Int.random(in: 0..<contents.count, using: &generator)] =
            UInt8.random(in: 0...255, using: &generator)
        }
      case 2: Self.replaceNumber(in: &contents, using: &generator)
      default:
        // A stretch of the file once more, somewhere else.
        let start = Int.random(in: 0..<contents.count, using: &generator)
        let stretch = contents[start..<min(contents.count, start + 40)]
        contents.insert(
          contentsOf: stretch, at: Int.random(in: 0..<contents.count, using: &generator))
      }
      if try use(contents, as: name, in: folder) { used += 1 }
    }
    #expect(used < 60)
  }

  /// Puts an implausible number in the place of a random one.
  private static func replaceNumber(
    in contents: inout [UInt8], using generator: inout SeededGenerator
  ) {
    let starts = contents.indices.filter {
      (0x30...0x39).contains(contents[$0]) && ($0 == 0 || !(0x30...0x39).contains(contents[$0 - 1]))
    }
    let numbers = [
      "-1", "4294967296", "99999999999999999999", "1e308", "-1e308", "0.5", "2147483647",
    ]
    guard let start = starts.randomElement(using: &generator),
      let number = numbers.randomElement(using: &generator)
    else { return }
    let end = contents[start...].firstIndex { !(0x30...0x39).contains($0) } ?? contents.count
    contents.replaceSubrange(start..<end, with: number.utf8)
  }

  @Test("Maps whose units point anywhere end")
  func maps() throws {
    let folder = try ScratchFolder()
    var generator = SeededGenerator(state: 9)
    let original = CharacterMapBuilder.map(key: "ab", replacement: "x")
    for round in 0..<40 {
      var map = original
      // The size stays, so that the units are read.
      for _ in 0..<(round * 20) {
        map[Int.random(in: 4..<map.count, using: &generator)] =
          UInt8.random(in: 0...255, using: &generator)
      }
      let file = PipelineFile(
        normalizer: #"{"type": "Precompiled", "precompiled_charsmap": "\#(map.base64)"}"#,
        model: PipelineFile.bytes, decoder: #"{"type": "ByteLevel"}"#)
      #expect(try use(Array(file.json.utf8), as: "tokenizer.json", in: folder))
    }
  }

  @Test("Chains that would make a text endless, deep nesting, and merges that repeat")
  func hostile() throws {
    let folder = try ScratchFolder()
    func use(_ file: PipelineFile) throws -> Bool {
      try self.use(Array(file.json.utf8), as: "tokenizer.json", in: folder)
    }
    let double = #"{"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaaaaaaaa"}"#
    func sequence(_ steps: [String]) -> String {
      #"{"type": "Sequence", "normalizers": [\#(steps.joined(separator: ","))]}"#
    }
    let words = PipelineFile.words(["a"])
    let doubled = sequence(Array(repeating: double, count: 8))
    #expect(try use(PipelineFile(normalizer: doubled, model: words)))
    let byteLevel = #"{"type": "ByteLevel"}"#
    let rewritten = sequence(Array(repeating: byteLevel, count: 60))
    #expect(try !use(PipelineFile(normalizer: rewritten, model: words)))
    let steps = Array(repeating: byteLevel, count: 60).joined(separator: ",")
    #expect(
      try !use(
        PipelineFile(
          preTokenizer: #"{"type": "Sequence", "pretokenizers": [\#(steps)]}"#, model: words)))
    let nested = (0..<250).reduce(byteLevel) { inner, _ in sequence([inner]) }
    #expect(try use(PipelineFile(normalizer: nested, model: words)))
    #expect(
      try use(
        PipelineFile(
          model: #"{"type": "BPE", "vocab": {"a": 0, "aa": 1}, "#
            + #""merges": ["a a", "a a", "a a"]}"#)))
    let slow = #"{"type": "Split", "pattern": {"Regex": "(a*)*b"}, "behavior": "Isolated"}"#
    #expect(try use(PipelineFile(preTokenizer: slow, model: words)))
  }
}

extension [UInt8] {
  var base64: String { Data(self).base64EncodedString() }
}
