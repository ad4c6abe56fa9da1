/// Learns a byte-pair vocabulary: again and again the most frequent pair becomes a token.
///
/// Of pairs that are equally frequent the one with the smaller ids comes first, where bytes have
/// the ids of GPT-2's alphabet; so the merges are those of Hugging Face `tokenizers`. The same
/// text gives the same vocabulary.
public struct BytePairTrainer: Sendable {
  /// The number of ids: 256 bytes, the merges, and the special tokens, which come last.
  public var vocabularySize: Int
  /// Tokens that text never becomes by itself, in the order of their ids.
  public var specialTokens: [String]
  /// How often a pair must occur to become a token.
  public var minimumFrequency: Int
  /// The expression that splits the text into the pieces within which pairs are counted.
  public var pattern: SplitPattern

  public init(
    vocabularySize: Int, specialTokens: [String] = [], minimumFrequency: Int = 2,
    pattern: SplitPattern = .standard
  ) {
    self.vocabularySize = vocabularySize
    self.specialTokens = specialTokens
    self.minimumFrequency = minimumFrequency
    self.pattern = pattern
  }

  /// Trains on texts, each split by itself; they are read once and need not fit in memory.
  ///
  /// The vocabulary is smaller than asked for where the text has too few frequent pairs.
  /// - Throws: `TokenizerError.invalidTraining` for a size or special tokens that cannot be met.
  public func train(on texts: some Sequence<String>) throws -> BytePairTokenizer {
    try checkRequest()
    let splitter = try PieceSplitter(pattern)
    var pieces = PieceCounts()
    for var text in texts {
      text.withUTF8 { bytes in
        splitter.forEachPiece(in: bytes) { pieces.add($0) }
      }
    }
    var merging = TrainingMerges(pieces)
    merging.run(
      tokenCount: vocabularySize - specialTokens.count, minimumFrequency: max(1, minimumFrequency))

    var tokens = merging.tokens
    let added = specialTokens.enumerated().map { index, text in
      AddedToken(text: text, id: Int32(tokens.count + index), isSpecial: true)
    }
    tokens.append(contentsOf: repeatElement([], count: added.count))
    let vocabulary = try Vocabulary(tokens: tokens, hidden: { _ in false })
    var table = MergeTable(expectedCount: merging.merges.count)
    for merge in merging.merges { table.insert(merge) }
    let (beginning, end) = TextBoundaries(configuration: nil).ids(
      among: added.map { ($0.text, $0.id) })
    return try BytePairTokenizer(
      vocabulary: vocabulary, merges: table, addedTokens: added, pattern: pattern,
      beginningOfText: beginning, endOfText: end)
  }

  private func checkRequest() throws {
    let smallest = 256 + specialTokens.count
    guard vocabularySize >= smallest, vocabularySize < Vocabulary.idLimit else {
      throw TokenizerError.invalidTraining(
        "a vocabulary of \(vocabularySize) ids; 256 bytes and \(specialTokens.count) special "
          + "tokens need \(smallest), and fewer than \(Vocabulary.idLimit) are possible")
    }
    var seen: Set<[UInt8]> = [[]]
    for text in specialTokens where !seen.insert(Array(text.utf8)).inserted {
      throw TokenizerError.invalidTraining("the special token '\(text)' is empty or there twice")
    }
  }
}
