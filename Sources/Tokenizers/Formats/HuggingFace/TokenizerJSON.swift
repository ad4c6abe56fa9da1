/// Reads a Hugging Face `tokenizer.json`.
///
/// Byte-level BPE of the usual form becomes a `BytePairTokenizer`, everything else a
/// `PipelineTokenizer`. Truncation and padding are left to the caller.
struct TokenizerJSON {
  let root: TokenizerComponent
  let model: TokenizerComponent
  let addedTokens: [AddedToken]

  var file: String { root.file }

  init(document: JSONDocument, file: String) throws {
    root = TokenizerComponent(value: document.root, file: file, place: "")
    guard let model = try root.component("model") else {
      throw root.malformed("expected an object", at: "model")
    }
    self.model = model
    addedTokens = try Self.addedTokens(root)
  }

  /// Makes the tokenizer that the file describes; `boundaries` say which tokens open and close a
  /// text.
  func tokenizer(boundaries: TextBoundaries) throws -> any Tokenizer {
    let specials = addedTokens.filter(\.isSpecial)
    let (beginning, end) = boundaries.ids(among: specials.map { ($0.text, $0.id) })
    let frame = try frame()
    if let (pattern, normalizesToNFC) = try byteLevelForm() {
      return try byteLevelTokenizer(
        pattern, normalizesToNFC: normalizesToNFC, frame: frame, beginningOfText: beginning,
        endOfText: end)
    }
    let (model, tokens) = try pieceModel()
    let normalizer = try root.component("normalizer").map(Self.normalizer)
    let preTokenizer = try root.component("pre_tokenizer").map(Self.preTokenizer)
    let decoder = try root.component("decoder").map(Self.decodingSteps)
    try checkLengths(normalizer, preTokenizer, decoder)
    return try locatingErrors(in: file) {
      try PipelineTokenizer(
        PipelineTokenizer.Parts(
          tokens: withAddedTokens(tokens), addedTokens: addedTokens, normalizer: normalizer,
          preTokenizer: preTokenizer, model: model, decoder: DecoderChain(decoder), frame: frame,
          beginningOfText: beginning, endOfText: end))
    }
  }
}

extension TokenizerJSON {
  /// Refuses chains whose steps could make a short text endless; published ones have a dozen.
  private func checkLengths(
    _ normalizer: Normalizer?, _ preTokenizer: PreTokenizer?, _ decoder: [DecodingStep]?
  ) throws {
    let counts = normalizer?.stepCounts ?? (all: 0, byteLevel: 0)
    guard counts.all <= 128, counts.byteLevel <= 4, decoder?.count ?? 0 <= 128 else {
      throw root.unsupported("a normalizer or decoder of more than 128 steps")
    }
    guard preTokenizer?.stepCount ?? 0 <= 16 else {
      throw root.unsupported("a pre_tokenizer of more than 16 steps")
    }
  }
}

// MARK: - Added tokens

extension TokenizerJSON {
  private static func addedTokens(_ root: TokenizerComponent) throws -> [AddedToken] {
    guard root.value["added_tokens"]?.isNull == false else { return [] }
    var texts = Set<[UInt8]>()
    return try root.components("added_tokens").compactMap { entry in
      guard let text = entry.value["content"]?.string, !text.isEmpty,
        let id = entry.value["id"]?.integer,
        (0..<Vocabulary.idLimit(fileSize: entry.value.document.source.count)).contains(id)
      else { throw entry.malformed("expected a content and a plausible id") }
      // Of tokens with the same text the first counts, as in the reference.
      guard texts.insert(Array(text.utf8)).inserted else { return nil }
      let isSpecial = try entry.flag("special", default: false)
      return AddedToken(
        text: text, id: Int32(id), isSpecial: isSpecial,
        takesSpaceBefore: try entry.flag("lstrip", default: false),
        takesSpaceAfter: try entry.flag("rstrip", default: false),
        isWholeWord: try entry.flag("single_word", default: false),
        isNormalized: try entry.flag("normalized", default: !isSpecial))
    }
  }

  /// The tokens by id, with the added ones' texts in their places.
  func withAddedTokens(_ tokens: [[UInt8]]) throws -> [[UInt8]] {
    var tokens = tokens
    for added in addedTokens {
      let id = Int(added.id)
      if id >= tokens.count {
        tokens.append(contentsOf: repeatElement([], count: id + 1 - tokens.count))
      }
      guard tokens[id].isEmpty || tokens[id].elementsEqual(added.text.utf8) else {
        throw root.malformed(
          "'\(added.text)' has the id \(id) of another token in model.vocab", at: "added_tokens")
      }
      tokens[id] = Array(added.text.utf8)
    }
    return tokens
  }
}

// MARK: - Byte-level BPE of the usual form

extension TokenizerJSON {
  /// The pattern, and whether text is normalised to NFC, of a file that `BytePairTokenizer` can
  /// stand for; nil for others.
  private func byteLevelForm() throws -> (SplitPattern, normalizesToNFC: Bool)? {
    let type = try model.text("type")
    let decoder = try root.component("decoder")?.type
    guard type == nil || type == "BPE", decoder == "ByteLevel" else { return nil }
    let normalizer = try root.component("normalizer")
    let normalization = try normalizer?.type
    guard normalization == nil || normalization == "NFC" else { return nil }
    let hasPlainTokens = addedTokens.allSatisfy { normalizer == nil || !$0.isNormalized }
    let hasPlainSymbols = try ["continuing_subword_prefix", "end_of_word_suffix"].allSatisfy {
      try model.text($0)?.isEmpty ?? true
    }
    let fallsBackToBytes = try model.flag("byte_fallback", default: false)
    let isCertain = model.value["dropout"].map { $0.isNull || $0.number == 0 } ?? true
    guard hasPlainTokens, hasPlainSymbols, !fallsBackToBytes, isCertain,
      let pattern = try byteLevelPattern()
    else { return nil }
    return (pattern, normalizer != nil)
  }

  /// The pattern of `ByteLevel` alone, or of a `Sequence` of `Split` and `ByteLevel`.
  private func byteLevelPattern() throws -> SplitPattern? {
    guard let preTokenizer = try root.component("pre_tokenizer") else { return nil }
    let isSequence = try preTokenizer.type == "Sequence"
    let steps = isSequence ? try preTokenizer.components("pretokenizers") : [preTokenizer]
    guard let last = steps.last, try last.type == "ByteLevel",
      try !last.flag("add_prefix_space", default: true)
    else { return nil }
    switch (steps.count, try last.flag("use_regex", default: true)) {
    case (1, true): return .gpt2
    case (2, false):
      guard try steps[0].type == "Split", try steps[0].text("behavior") == "Isolated",
        let regex = try steps[0].component("pattern")?.text("Regex")
      else { return nil }
      return try SplitPattern(oniguruma: regex)
    default: return nil
    }
  }

  private func byteLevelTokenizer(
    _ pattern: SplitPattern, normalizesToNFC: Bool, frame: TextFrame, beginningOfText: Int32?,
    endOfText: Int32?
  ) throws -> any Tokenizer {
    let tokens = try withAddedTokens(vocabularyTokens())
    return try locatingErrors(in: file) {
      let vocabulary = try Vocabulary(printableTokens: tokens, addedTokens: addedTokens)
      return try BytePairTokenizer(
        vocabulary: vocabulary, merges: MergeTable(printablePairs: mergePairs(), in: vocabulary),
        addedTokens: addedTokens, pattern: pattern,
        ignoresMerges: model.flag("ignore_merges", default: false),
        normalizesToNFC: normalizesToNFC, frame: frame, beginningOfText: beginningOfText,
        endOfText: endOfText)
    }
  }
}
