extension TokenizerJSON {
  /// The model and its tokens by id.
  func pieceModel() throws -> (any PieceModel, tokens: [[UInt8]]) {
    switch try modelType() {
    case "BPE": return try bytePairModel()
    case "Unigram": return try unigramModel()
    case "WordPiece": return try wordPieceModel()
    case "WordLevel":
      let (vocabulary, tokens) = try vocabulary()
      let unknown = try id(of: model.text("unk_token") ?? "<unk>", in: vocabulary)
      return (WordLevelModel(vocabulary: vocabulary, unknown: unknown), tokens)
    case let type: throw model.unsupported("the model type \(type)")
    }
  }

  /// The type, which older files leave out; what is there then tells.
  private func modelType() throws -> String {
    if let type = try model.text("type") { return type }
    if model.value["merges"] != nil { return "BPE" }
    if model.value["vocab"]?.kind == .array { return "Unigram" }
    return model.value["max_input_chars_per_word"] != nil ? "WordPiece" : "WordLevel"
  }

  private func vocabulary() throws -> (Vocabulary, [[UInt8]]) {
    let tokens = try vocabularyTokens()
    return try locatingErrors(in: file) {
      (try Vocabulary(tokens: tokens, hidden: { _ in false }), tokens)
    }
  }

  private func id(of token: String, in vocabulary: Vocabulary) throws -> Int32 {
    guard let id = vocabulary.id(of: Array(token.utf8)) else {
      throw model.malformed("'\(token)' is not in the vocabulary", at: "unk_token")
    }
    return id
  }

  private func bytePairModel() throws -> (any PieceModel, [[UInt8]]) {
    if let dropout = model.value["dropout"], !dropout.isNull, dropout.number != 0 {
      throw model.unsupported("dropout, which makes ids a matter of chance,")
    }
    let (vocabulary, tokens) = try vocabulary()
    var options = BytePairModel.Options()
    options.continuingPrefix = Array((try model.text("continuing_subword_prefix") ?? "").utf8)
    options.endOfWordSuffix = Array((try model.text("end_of_word_suffix") ?? "").utf8)
    options.unknown = try model.text("unk_token").map { try id(of: $0, in: vocabulary) }
    options.joinsUnknown = try model.flag("fuse_unk", default: false)
    options.ignoresMerges = try model.flag("ignore_merges", default: false)
    if try model.flag("byte_fallback", default: false) {
      options.bytes = ByteTokens.ids(in: vocabulary)
    }
    let merges = try locatingErrors(in: file) {
      try MergeTable(
        pairs: mergePairs(of: vocabulary), in: vocabulary,
        prefixLength: options.continuingPrefix.count)
    }
    return (BytePairModel(vocabulary: vocabulary, merges: merges, options: options), tokens)
  }

  private func wordPieceModel() throws -> (any PieceModel, [[UInt8]]) {
    let (vocabulary, tokens) = try vocabulary()
    let model = WordPieceModel(
      vocabulary: vocabulary,
      unknown: try id(of: model.text("unk_token") ?? "[UNK]", in: vocabulary),
      continuingPrefix: Array((try model.text("continuing_subword_prefix") ?? "##").utf8),
      longestWord: try model.count("max_input_chars_per_word", default: 100))
    return (model, tokens)
  }

  private func unigramModel() throws -> (any PieceModel, [[UInt8]]) {
    let (tokens, scores) = try scoredTokens()
    let limit = tokens.count
    guard let unknown = model.value["unk_id"]?.integer, (0..<limit).contains(unknown) else {
      throw model.malformed(
        "expected the id of the unknown token; without one not every text could be encoded",
        at: "unk_id")
    }
    return try locatingErrors(in: file) {
      // Of pieces with the same text the last counts.
      var last: [[UInt8]: Int] = [:]
      for (id, token) in tokens.enumerated() { last[token] = id }
      let vocabulary = try Vocabulary(tokens: tokens) { last[tokens[Int($0)]] != Int($0) }
      let bytes =
        try model.flag("byte_fallback", default: false)
        ? ByteTokens.ids(in: vocabulary) : nil
      let unigram = UnigramModel(
        trie: try TokenTrie(tokens), vocabulary: vocabulary, scores: scores,
        lowestScore: scores.min() ?? 0,
        unknown: UnigramModel.Unknown(id: Int32(unknown), bytes: bytes, joinsRuns: true),
        isSinglePrecision: false)
      return (unigram, tokens)
    }
  }

  /// Unigram's vocabulary: `[[token, log-probability], ...]`.
  private func scoredTokens() throws -> ([[UInt8]], [Double]) {
    guard let entries = model.value["vocab"]?.elements else {
      throw model.malformed("expected an array of tokens and scores", at: "vocab")
    }
    var scores: [Double] = []
    let tokens = try entries.enumerated().map { index, entry in
      guard let pair = entry.elements, pair.count == 2, let token = pair[0].stringBytes,
        let score = pair[1].number, score.isFinite
      else { throw model.malformed("expected a token and a score", at: "vocab[\(index)]") }
      scores.append(score)
      return Array(token)
    }
    return (tokens, scores)
  }

  /// The tokens of `model.vocab` by id.
  func vocabularyTokens() throws -> [[UInt8]] {
    guard let vocabulary = model.value["vocab"], vocabulary.kind == .object else {
      throw model.malformed("expected an object of tokens and ids", at: "vocab")
    }
    return try VocabularyObject.tokens(vocabulary, file: file, place: "model.vocab")
  }

  /// The merges, which older files write as "a b" and newer ones as ["a", "b"].
  ///
  /// Where tokens hold spaces themselves, "a b" is cut where both parts are in the vocabulary.
  func mergePairs(
    of vocabulary: Vocabulary? = nil
  ) throws -> [(ArraySlice<UInt8>, ArraySlice<UInt8>)] {
    guard let merges = model.value["merges"]?.elements else {
      throw model.malformed("expected an array", at: "merges")
    }
    return try merges.enumerated().map { index, merge in
      if let text = merge.stringBytes {
        let cuts = text.indices.filter { text[$0] == UInt8(ascii: " ") }
        let cut =
          cuts.count == 1
          ? cuts.first
          : cuts.first { cut in
            [text[..<cut], text[(cut + 1)...]].allSatisfy { vocabulary?.id(of: $0) != nil }
          }
        if let cut { return (text[..<cut], text[(cut + 1)...]) }
      } else if let parts = merge.elements, parts.count == 2,
        let left = parts[0].stringBytes, let right = parts[1].stringBytes
      {
        return (left, right)
      }
      throw model.malformed("expected two tokens", at: "merges[\(index)]")
    }
  }
}

/// A JSON object of tokens and ids, as `model.vocab`, `encoder.json` and `vocab.json` are.
enum VocabularyObject {
  static func tokens(_ object: JSONValue, file: String, place: String) throws -> [[UInt8]] {
    var tokens: [[UInt8]] = []
    let limit = Vocabulary.idLimit(fileSize: object.document.source.count)
    let isObject = try object.forEachMember { key, value in
      guard let id = value.integer, (0..<limit).contains(id), !key.isEmpty else {
        throw TokenizerError.malformed(
          file: file, place: place,
          problem: "the token '\(String(decoding: key, as: UTF8.self))' needs a plausible id")
      }
      if id >= tokens.count {
        tokens.append(contentsOf: repeatElement([], count: id + 1 - tokens.count))
      }
      guard tokens[id].isEmpty else {
        throw TokenizerError.malformed(
          file: file, place: place, problem: "two tokens have the id \(id)")
      }
      tokens[id] = Array(key)
    }
    guard isObject else {
      throw TokenizerError.malformed(
        file: file, place: place, problem: "expected an object of tokens and ids")
    }
    return tokens
  }
}
