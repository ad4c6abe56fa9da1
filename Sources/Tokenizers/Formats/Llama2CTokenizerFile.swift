/// llama2.c's `tokenizer.bin`: the longest token's length, then score, length and bytes of each.
///
/// All numbers are little-endian and take four bytes. The tokens have spaces where SentencePiece
/// has `▁`; ids 0, 1 and 2 are unknown, beginning and end. Source: karpathy/llama2.c.
struct Llama2CTokenizerFile {
  private let file: String
  private var tokens: [[UInt8]] = []
  private var scores: [Float] = []

  /// - Throws: `TokenizerError.malformed` with the byte offset.
  init(_ contents: [UInt8], file: String) throws {
    self.file = file
    var rest = contents[...]
    guard let longest = Self.readInteger(&rest), longest > 0 else {
      throw Self.malformed(file, at: 0, "expected the length of the longest token")
    }
    while !rest.isEmpty {
      let offset = rest.startIndex
      guard let score = Self.readInteger(&rest), let length = Self.readInteger(&rest) else {
        throw Self.malformed(file, at: offset, "the file ends within a token's score or length")
      }
      guard length >= 0, length <= longest, Int(length) <= rest.count else {
        throw Self.malformed(
          file, at: offset,
          "token \(tokens.count) has \(length) bytes; the longest should have \(longest) and "
            + "\(rest.count) are left")
      }
      scores.append(Float(bitPattern: UInt32(bitPattern: score)))
      tokens.append(Array(rest.prefix(Int(length))))
      rest = rest.dropFirst(Int(length))
    }
  }

  /// Whether the file opens with a plausible length and the first token fits.
  static func matches(_ contents: [UInt8]) -> Bool {
    var rest = contents[...]
    guard let longest = readInteger(&rest), readInteger(&rest) != nil,
      let length = readInteger(&rest)
    else { return false }
    return (1...4096).contains(longest) && (0...longest).contains(length)
      && Int(length) <= rest.count
  }

  func tokenizer() throws -> SentencePieceTokenizer {
    guard tokens.count > 3 else {
      throw Self.malformed(file, at: 0, "\(tokens.count) tokens; at least four are needed")
    }
    let types = tokens.enumerated().map { id, token in
      let isByte = token.count == 6 && token.starts(with: "<0x".utf8)
      let type: PieceType = id == 0 ? .unknown : id < 3 ? .control : isByte ? .byte : .normal
      return type.rawValue
    }
    var normalization = SentencePieceNormalization()
    normalization.escapesSpaces = false
    return try locatingErrors(in: file) {
      try SentencePieceTokenizer(
        tokens: tokens, scores: scores, types: types, beginningOfText: 1, endOfText: 2,
        unknown: 0, normalization: normalization)
    }
  }

  private static func readInteger(_ rest: inout ArraySlice<UInt8>) -> Int32? {
    guard rest.count >= 4 else { return nil }
    defer { rest = rest.dropFirst(4) }
    return Int32(bitPattern: rest.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
  }

  private static func malformed(_ file: String, at offset: Int, _ problem: String) -> TokenizerError
  {
    .malformed(file: file, place: "byte \(offset)", problem: problem)
  }
}
