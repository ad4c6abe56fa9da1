extension BytePairTokenizer {
  /// Makes a tokenizer of GGUF's arrays, whose tokens are in GPT-2's alphabet of printable bytes.
  ///
  /// - Parameters:
  ///   - tokens: `tokenizer.ggml.tokens`, the UTF-8 of each.
  ///   - merges: `tokenizer.ggml.merges`, two tokens joined by a space each.
  ///   - types: `tokenizer.ggml.token_type`; empty means that all tokens are normal.
  ///   - preTokenizer: `tokenizer.ggml.pre`, which names the split pattern.
  /// - Throws: `TokenizerError`, naming the token or merge at fault.
  public convenience init(
    printableTokens tokens: [[UInt8]], merges: [[UInt8]], types: [Int32], preTokenizer: String,
    beginningOfText: Int32?, endOfText: Int32?, frame: TextFrame = TextFrame()
  ) throws {
    guard let pattern = SplitPattern(ggufName: preTokenizer) else {
      throw TokenizerError.invalidVocabulary(
        "the pre-tokenizer '\(preTokenizer)' is not known; known are gpt-2, llama-bpe, qwen2, gpt-4o"
      )
    }
    guard types.isEmpty || types.count == tokens.count else {
      throw TokenizerError.invalidVocabulary("\(types.count) types for \(tokens.count) tokens")
    }
    try Self.checkIDs([beginningOfText, endOfText], count: tokens.count)
    var added: [AddedToken] = []
    for (id, type) in types.enumerated() {
      guard let type = PieceType(rawValue: type) else {
        throw TokenizerError.invalidVocabulary("token \(id) has the unknown type \(type)")
      }
      guard type == .control || type == .unknown || type == .userDefined else { continue }
      added.append(
        AddedToken(
          text: String(decoding: tokens[id], as: UTF8.self), id: Int32(id),
          isSpecial: type != .userDefined))
    }
    let vocabulary = try Vocabulary(printableTokens: tokens, addedTokens: added)
    let pairs = try merges.enumerated().map { index, merge in
      let parts = merge.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw TokenizerError.invalidVocabulary("merge \(index) is not two tokens and a space")
      }
      return (parts[0], parts[1])
    }
    try self.init(
      vocabulary: vocabulary, merges: MergeTable(printablePairs: pairs, in: vocabulary),
      addedTokens: added, pattern: pattern, ignoresMerges: pattern == .llama3,
      frame: frame, beginningOfText: beginningOfText, endOfText: endOfText)
  }

  /// Makes a tokenizer of tokens whose id is their rank, as tiktoken has it.
  ///
  /// - Throws: `TokenizerError.invalidVocabulary` where a byte has no token or two tokens are
  ///   the same.
  convenience init(
    rankedTokens: [[UInt8]], specialTokens: [(String, Int32)], pattern: SplitPattern,
    normalizesToNFC: Bool = false, beginningOfText: String?, endOfText: String?
  ) throws {
    var tokens = rankedTokens
    for (text, id) in specialTokens {
      guard id >= 0, Int(id) < Vocabulary.idLimit else {
        throw TokenizerError.invalidVocabulary("the special token '\(text)' has the id \(id)")
      }
      if Int(id) >= tokens.count {
        tokens.append(contentsOf: repeatElement([], count: Int(id) + 1 - tokens.count))
      }
      guard tokens[Int(id)].isEmpty else {
        throw TokenizerError.invalidVocabulary(
          "the special token '\(text)' has a token's id, \(id)")
      }
    }
    let vocabulary = try Vocabulary(tokens: tokens, hidden: { _ in false })
    let merges = try MergeTable(
      derivedFrom: vocabulary, rank: { UInt32($0) }, isBoundary: { _ in true },
      symbol: { vocabulary.id(of: $0) })
    let ids = Dictionary(specialTokens, uniquingKeysWith: { first, _ in first })
    try self.init(
      vocabulary: vocabulary, merges: merges,
      addedTokens: specialTokens.map { AddedToken(text: $0, id: $1, isSpecial: true) },
      pattern: pattern, ignoresMerges: true, normalizesToNFC: normalizesToNFC,
      beginningOfText: beginningOfText.flatMap { ids[$0] },
      endOfText: endOfText.flatMap { ids[$0] })
  }

  private static func checkIDs(_ ids: [Int32?], count: Int) throws {
    for case let id? in ids where id < 0 || Int(id) >= count {
      throw TokenizerError.invalidVocabulary("the special id \(id) is outside of \(count) tokens")
    }
  }
}

extension Vocabulary {
  /// Reads tokens in GPT-2's alphabet; added tokens are plain text and not found by their bytes,
  /// special ones without any.
  init(printableTokens: [[UInt8]], addedTokens: [AddedToken]) throws {
    let added = Dictionary(
      addedTokens.map { ($0.id, $0.isSpecial) }, uniquingKeysWith: { first, _ in first })
    var tokens: [[UInt8]] = []
    tokens.reserveCapacity(printableTokens.count)
    for (id, token) in printableTokens.enumerated() {
      if let isSpecial = added[Int32(truncatingIfNeeded: id)] {
        tokens.append(isSpecial ? [] : token)
      } else if let bytes = PrintableBytes.decode(token) {
        tokens.append(bytes)
      } else {
        throw TokenizerError.invalidVocabulary(
          "token \(id), '\(String(decoding: token, as: UTF8.self))', is not in the alphabet of "
            + "byte-level BPE")
      }
    }
    try self.init(tokens: tokens, hidden: { added[$0] != nil })
  }
}

extension MergeTable {
  /// Reads merges in their order from pairs of tokens in GPT-2's alphabet.
  init(printablePairs pairs: [(ArraySlice<UInt8>, ArraySlice<UInt8>)], in vocabulary: Vocabulary)
    throws
  {
    self.init(expectedCount: pairs.count)
    func unknown(_ token: ArraySlice<UInt8>, _ rank: Int) -> TokenizerError {
      .invalidVocabulary(
        "merge \(rank): '\(String(decoding: token, as: UTF8.self))' is not in the vocabulary")
    }
    var bytes: [UInt8] = []
    for (rank, pair) in pairs.enumerated() {
      bytes.removeAll(keepingCapacity: true)
      guard PrintableBytes.decode(pair.0, into: &bytes) else { throw unknown(pair.0, rank) }
      let cut = bytes.count
      guard PrintableBytes.decode(pair.1, into: &bytes) else { throw unknown(pair.1, rank) }
      try bytes.withUnsafeBufferPointer { whole in
        guard let left = vocabulary.id(of: UnsafeBufferPointer(rebasing: whole[..<cut])) else {
          throw unknown(pair.0, rank)
        }
        guard let right = vocabulary.id(of: UnsafeBufferPointer(rebasing: whole[cut...])) else {
          throw unknown(pair.1, rank)
        }
        guard let merged = vocabulary.id(of: whole) else { throw unknown(pair.0 + pair.1, rank) }
        insert(
          Merge(left: left, right: right, rank: UInt32(truncatingIfNeeded: rank), merged: merged))
      }
    }
  }
}
