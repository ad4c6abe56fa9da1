extension SentencePieceTokenizer {
  /// Makes a tokenizer of scored pieces, as SentencePiece models, GGUF and llama2.c hold them.
  ///
  /// - Parameters:
  ///   - tokens: the UTF-8 of each piece.
  ///   - scores: of two merges the one into the piece with the higher score comes first; in a
  ///     unigram model the logarithms of probabilities.
  ///   - types: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; unused pieces
  ///     are never made.
  ///   - normalization: what is done to the text before.
  ///   - frame: what the publisher puts around a text.
  /// - Throws: `TokenizerError.invalidVocabulary`, naming the token at fault.
  public convenience init(
    tokens: [[UInt8]], scores: [Float], types: [Int32], beginningOfText: Int32?,
    endOfText: Int32?, unknown: Int32?, kind: Kind = .bytePair,
    normalization: SentencePieceNormalization = SentencePieceNormalization(),
    frame: TextFrame = TextFrame()
  ) throws {
    guard scores.count == tokens.count, types.count == tokens.count else {
      throw TokenizerError.invalidVocabulary(
        "\(tokens.count) tokens with \(scores.count) scores and \(types.count) types")
    }
    for case let id? in [beginningOfText, endOfText, unknown]
    where id < 0 || Int(id) >= tokens.count {
      throw TokenizerError.invalidVocabulary(
        "the special id \(id) is outside of \(tokens.count) tokens")
    }
    let escapes = normalization.escapesSpaces
    let pieces = try Pieces(tokens: tokens, types: types, escapesSpaces: escapes)
    let fallback = try pieces.fallback(unknown: unknown)
    let model = try Self.model(kind, pieces, scores, fallback)
    let normalizer = try SentencePieceNormalizer(
      normalization, keeping: pieces.symbols(spelledAs: tokens))
    try self.init(
      vocabulary: pieces.vocabulary, model: model, addedTokenIDs: pieces.addedTokens.ids,
      controls: pieces.addedTokens.filter(\.isSpecial),
      symbols: kind == .bytePair || kind == .character
        ? pieces.addedTokens.filter { !$0.isSpecial } : [],
      normalizer: normalizer, fallback: fallback, beginningOfText: beginningOfText,
      endOfText: endOfText, frame: frame)
  }

  private static func model(
    _ kind: Kind, _ pieces: Pieces, _ scores: [Float], _ fallback: Fallback
  ) throws -> any PieceModel {
    let ranks = try ranks(of: scores)
    switch kind {
    case .bytePair, .character:
      let merges =
        kind == .character
        ? MergeTable(expectedCount: 0)
        : try MergeTable(
          derivedFrom: pieces.vocabulary,
          rank: { pieces.isNormal[Int($0)] ? ranks[Int($0)] : nil },
          isBoundary: { $0 & 0xC0 != 0x80 }, symbol: pieces.symbol)
      return ScoredPairModel(
        merges: merges, characters: pieces.characters, fallback: fallback,
        neighbors: kind == .character ? NeighboringBytes() : pieces.neighbors)
    case .word:
      // Symbols are found only where they are whole words.
      let symbols = Set(pieces.addedTokens.lazy.filter { !$0.isSpecial }.map(\.id))
      let words = try Vocabulary(tokens: pieces.contents) { id in
        !pieces.isNormal[Int(id)] && !symbols.contains(id)
      }
      return SpacedWordModel(vocabulary: words, fallback: fallback)
    case .unigram: return try unigramModel(pieces, scores, fallback)
    }
  }

  private static func unigramModel(
    _ pieces: Pieces, _ scores: [Float], _ fallback: Fallback
  ) throws -> UnigramModel {
    let normal = scores.indices.lazy.filter { pieces.isNormal[$0] }.map { scores[$0] }
    let (lowest, highest) = (normal.min() ?? 0, normal.max() ?? 0)
    var allScores = scores.map(Double.init)
    var isSymbol = [Bool](repeating: false, count: scores.count)
    for symbol in pieces.addedTokens where !symbol.isSpecial {
      // In the library a space has the three bytes of its sign.
      let length = symbol.text.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: " ") ? 3 : 1) }
      allScores[Int(symbol.id)] = Double(Float(Double(Float(length) * highest) - 0.1))
      isSymbol[Int(symbol.id)] = true
    }
    let unknown: UnigramModel.Unknown =
      switch fallback {
      case .bytes(let bytes): .init(id: -1, bytes: bytes, joinsRuns: false)
      case .unknown(let id): .init(id: id, bytes: nil, joinsRuns: true)
      }
    return UnigramModel(
      trie: try TokenTrie(pieces.contents) { pieces.isNormal[$0] || isSymbol[$0] }, vocabulary: nil,
      scores: allScores, lowestScore: Double(lowest), unknown: unknown, isSinglePrecision: true)
  }

  /// The place of each score among the distinct scores, the highest first.
  private static func ranks(of scores: [Float]) throws -> [UInt32] {
    if let id = scores.firstIndex(where: \.isNaN) {
      throw TokenizerError.invalidVocabulary("the score of token \(id) is not a number")
    }
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var ranks = [UInt32](repeating: 0, count: scores.count)
    for (before, id) in zip(order, order.dropFirst()) {
      ranks[id] = ranks[before] + (scores[id] < scores[before] ? 1 : 0)
    }
    return ranks
  }
}

/// The pieces of a vocabulary sorted by what they are for.
private struct Pieces {
  let vocabulary: Vocabulary
  let isNormal: [Bool]
  /// What each token stands for.
  let contents: [[UInt8]]
  var addedTokens: [AddedToken] = []
  var characters: [UInt32: Int32] = [:]
  var neighbors = NeighboringBytes()
  private var byteTokens = [Int32?](repeating: nil, count: 256)

  init(tokens: [[UInt8]], types: [Int32], escapesSpaces: Bool) throws {
    var contents = tokens
    var isNormal = [Bool](repeating: false, count: tokens.count)
    for (id, token) in tokens.enumerated() {
      guard let type = PieceType(rawValue: types[id]) else {
        throw TokenizerError.invalidVocabulary("token \(id) has the unknown type \(types[id])")
      }
      switch type {
      case .normal, .unused:
        isNormal[id] = type == .normal
        if escapesSpaces { contents[id] = Escape.spaces(in: token) }
      case .byte:
        guard let byte = ByteTokens.byte(namedBy: token) else {
          throw TokenizerError.invalidVocabulary(
            "byte token \(id) is '\(String(decoding: token, as: UTF8.self))', not like <0x0A>")
        }
        if let other = byteTokens[Int(byte)] {
          throw TokenizerError.invalidVocabulary("tokens \(other) and \(id) are the same byte")
        }
        contents[id] = [byte]
        byteTokens[Int(byte)] = Int32(id)
      case .unknown, .control, .userDefined:
        let isSpecial = type != .userDefined
        let text = escapesSpaces && !isSpecial ? Escape.spaces(in: token) : token
        contents[id] = isSpecial ? [] : text
        guard !text.isEmpty else { continue }
        addedTokens.append(
          AddedToken(
            text: String(decoding: text, as: UTF8.self), id: Int32(id), isSpecial: isSpecial))
      }
    }
    self.isNormal = isNormal
    self.contents = contents
    vocabulary = try Vocabulary(tokens: contents, hidden: { !isNormal[Int($0)] })
    for (id, token) in contents.enumerated() where isNormal[id] {
      neighbors.insert(allIn: token[...])
      if let scalar = Self.singleScalar(token[...]) { characters[scalar.value] = Int32(id) }
    }
  }

  /// The token with these bytes, or the symbol of a lone character that has none.
  func symbol(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
    vocabulary.id(of: bytes)
      ?? Self.singleScalar(bytes).map(ScoredPairModel.symbol(for:))
  }

  /// The user-defined symbols, found as the model spells them.
  func symbols(spelledAs tokens: [[UInt8]]) -> [AddedToken] {
    addedTokens.lazy.filter { !$0.isSpecial }.map { symbol in
      var symbol = symbol
      symbol.text = String(decoding: tokens[Int(symbol.id)], as: UTF8.self)
      return symbol
    }
  }

  func fallback(unknown: Int32?) throws -> SentencePieceTokenizer.Fallback {
    let bytes = byteTokens.compactMap { $0 }
    if bytes.count == 256 { return .bytes(bytes) }
    if let unknown { return .unknown(unknown) }
    throw TokenizerError.invalidVocabulary(
      "neither an unknown token nor all byte tokens (\(bytes.count) of 256): a character outside "
        + "the vocabulary could not be encoded")
  }

  private static func singleScalar<Bytes: RandomAccessCollection<UInt8>>(
    _ bytes: Bytes
  ) -> Unicode.Scalar? where Bytes.Index == Int {
    guard (1...4).contains(bytes.count) else { return nil }
    let (scalar, length) = UTF8Scalars.first(in: bytes)
    let isInvalid = scalar == "\u{FFFD}" && length == 1
    return length == bytes.count && !isInvalid ? scalar : nil
  }
}
