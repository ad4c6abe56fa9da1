/// A file of base64 token bytes and ranks, one token a line, as tiktoken and Llama 3 use.
///
/// Such a file holds no pattern and no special tokens: the published vocabularies are known by
/// the number of their tokens, so that a file cut short is not taken for a whole one.
struct TiktokenFile {
  private let file: String
  private let rankedTokens: [[UInt8]]

  /// - Throws: `TokenizerError.malformed` with the line.
  init(_ contents: [UInt8], file: String) throws {
    self.file = file
    var tokens: [[UInt8]] = []
    tokens.reserveCapacity(contents.count / 17)
    let limit = Vocabulary.idLimit(fileSize: contents.count)
    var line = 0
    var start = 0
    while start < contents.count {
      line += 1
      let end = contents[start...].firstIndex(of: UInt8(ascii: "\n")) ?? contents.count
      var text = contents[start..<end]
      start = end + 1
      if text.last == UInt8(ascii: "\r") { text.removeLast() }
      if text.isEmpty { continue }
      guard let space = text.firstIndex(of: UInt8(ascii: " ")),
        let token = Base64.decode(text[..<space]), !token.isEmpty,
        let rank = Int(String(decoding: text[(space + 1)...], as: UTF8.self)),
        (0..<limit).contains(rank)
      else {
        throw TokenizerError.malformed(
          file: file, place: "line \(line)",
          problem: "expected a token in base64, a space and a plausible rank")
      }
      if rank >= tokens.count {
        tokens.append(contentsOf: repeatElement([], count: rank + 1 - tokens.count))
      }
      guard tokens[rank].isEmpty else {
        throw TokenizerError.malformed(
          file: file, place: "line \(line)", problem: "the rank \(rank) stands in the file twice")
      }
      tokens[rank] = token
    }
    rankedTokens = tokens
  }

  /// Whether the first line looks like one of these files.
  static func matches(_ contents: [UInt8]) -> Bool {
    let line = contents.prefix(1024).prefix { $0 != UInt8(ascii: "\n") }
    let parts = line.split(separator: UInt8(ascii: " "))
    return parts.count == 2 && Base64.decode(parts[0]) != nil
      && parts[1].allSatisfy { (0x30...0x39).contains($0) || $0 == 0x0D }
  }

  func tokenizer() throws -> BytePairTokenizer {
    let tokenCount = rankedTokens.count { !$0.isEmpty }
    guard let kind = Kind(rawValue: tokenCount) else {
      throw TokenizerError.unsupported(
        file: file,
        feature: "a tiktoken file of \(tokenCount) tokens (whole are cl100k_base with 100256, "
          + "o200k_base with 199998, p50k_base with 50280, r50k_base and gpt2 with 50256, Llama 3 "
          + "with 128000, Qwen with 151643)")
    }
    return try locatingErrors(in: file) {
      try BytePairTokenizer(
        rankedTokens: rankedTokens, specialTokens: kind.specialTokens, pattern: kind.pattern,
        normalizesToNFC: kind == .qwen,
        beginningOfText: kind == .llama3 ? "<|begin_of_text|>" : "<|endoftext|>",
        endOfText: kind == .llama3 ? "<|end_of_text|>" : "<|endoftext|>")
    }
  }
}

extension TiktokenFile {
  /// A published vocabulary, by its number of tokens without the special ones.
  private enum Kind: Int {
    case cl100k = 100_256
    case o200k = 199_998
    case p50k = 50_280
    case r50k = 50_256
    case llama3 = 128_000
    case qwen = 151_643

    var pattern: SplitPattern {
      switch self {
      case .cl100k: .cl100k
      case .o200k: .o200k
      case .p50k, .r50k: .gpt2
      case .llama3: .llama3
      case .qwen: .qwen2
      }
    }

    var specialTokens: [(String, Int32)] {
      switch self {
      case .cl100k:
        [
          ("<|endoftext|>", 100_257), ("<|fim_prefix|>", 100_258), ("<|fim_middle|>", 100_259),
          ("<|fim_suffix|>", 100_260), ("<|endofprompt|>", 100_276),
        ]
      case .o200k: [("<|endoftext|>", 199_999), ("<|endofprompt|>", 200_018)]
      case .p50k, .r50k: [("<|endoftext|>", 50_256)]
      case .llama3: Self.llama3SpecialTokens
      case .qwen: Self.qwenSpecialTokens
      }
    }

    private static var qwenSpecialTokens: [(String, Int32)] {
      let names = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
      let extras = (0..<205).map { "<|extra_\($0)|>" }
      return (names + extras).enumerated().map { ($1, 151_643 + Int32($0)) }
    }

    /// Llama 3.1's names; those of Llama 3 differ only in tokens that were then reserved.
    private static var llama3SpecialTokens: [(String, Int32)] {
      let named: [Int32: String] = [
        0: "<|begin_of_text|>", 1: "<|end_of_text|>", 4: "<|finetune_right_pad_id|>",
        6: "<|start_header_id|>", 7: "<|end_header_id|>", 8: "<|eom_id|>", 9: "<|eot_id|>",
        10: "<|python_tag|>",
      ]
      var reserved = 0
      return (Int32(0)..<256).map { offset in
        if let name = named[offset] { return (name, 128_000 + offset) }
        defer { reserved += 1 }
        return ("<|reserved_special_token_\(reserved)|>", 128_000 + offset)
      }
    }
  }
}

enum Base64 {
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, character) in alphabet.utf8.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  /// The bytes that padded base64 stands for, or nil where it is none (RFC 4648, section 4).
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let digits = text.suffix(2).count { $0 == UInt8(ascii: "=") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var bits: UInt32 = 0
    var bitCount = 0
    for character in text.dropLast(digits) {
      let value = values[Int(character)]
      guard value < 64 else { return nil }
      bits = bits << 6 | UInt32(value)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
      }
    }
    return bytes
  }
}
