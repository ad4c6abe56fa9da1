extension SentencePieceTokenizer {
  /// Makes a tokenizer of scored pieces, as SentencePiece models, GGUF and llama2.c hold them.
  ///
  /// - Parameters:
  ///   - tokens: the UTF-8 of each piece.
  ///   - scores: of two merges the one into the piece with the higher score comes first.
  ///   - types: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; unused pieces
  ///     are never made.
  ///   - escapesSpaces: whether `▁` in the pieces and in the text stands for a space.
  /// - Throws: `TokenizerError.invalidVocabulary`, naming the token at fault.
  public convenience init(
    tokens: [[UInt8]], scores: [Float], types: [Int32], beginningOfText: Int32?,
    endOfText: Int32?, unknown: Int32?, addsDummyPrefix: Bool, escapesSpaces: Bool = true
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
    let pieces = try Pieces(tokens: tokens, types: types, escapesSpaces: escapesSpaces)
    let ranks = try Self.ranks(of: scores)
    let merges = try MergeTable(
      derivedFrom: pieces.vocabulary, rank: { pieces.isNormal[Int($0)] ? ranks[Int($0)] : nil },
      isBoundary: { $0 & 0xC0 != 0x80 }, symbol: pieces.symbol)
    try self.init(
      vocabulary: pieces.vocabulary, merges: merges, addedTokens: pieces.addedTokens,
      characters: pieces.characters, fallback: pieces.fallback(unknown: unknown),
      neighbors: pieces.neighbors, beginningOfText: beginningOfText, endOfText: endOfText,
      addsDummyPrefix: addsDummyPrefix, escapesSpaces: escapesSpaces)
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
    vocabulary = try Vocabulary(tokens: contents, hidden: { !isNormal[Int($0)] })
    for (id, token) in contents.enumerated() where isNormal[id] {
      neighbors.insert(allIn: token[...])
      if let scalar = Self.singleScalar(token[...]) { characters[scalar.value] = Int32(id) }
    }
  }

  /// The token with these bytes, or the symbol of a lone character that has none.
  func symbol(_ bytes: ArraySlice<UInt8>) -> Int32? {
    vocabulary.id(of: bytes)
      ?? Self.singleScalar(bytes).map(SentencePieceTokenizer.symbol(for:))
  }

  func fallback(unknown: Int32?) throws -> SentencePieceTokenizer.Fallback {
    let bytes = byteTokens.compactMap { $0 }
    if bytes.count == 256 { return .bytes(bytes) }
    if let unknown { return .unknown(unknown) }
    throw TokenizerError.invalidVocabulary(
      "neither an unknown token nor all byte tokens (\(bytes.count) of 256): a character outside "
        + "the vocabulary could not be encoded")
  }

  private static func singleScalar(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard (1...4).contains(bytes.count) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.utf8.elementsEqual(bytes), text.unicodeScalars.count == 1 else { return nil }
    return text.unicodeScalars.first
  }
}
