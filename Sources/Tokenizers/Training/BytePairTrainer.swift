import Foundation

/// Learns a byte-pair vocabulary: again and again the most frequent pair becomes a token.
///
/// Of pairs that are equally frequent the one with the smaller ids comes first, where bytes have
/// the ids of GPT-2's alphabet. The same text gives the same vocabulary, on any number of cores.
///
/// The merges are those of Hugging Face `tokenizers` (byte-level, its whole alphabet), also where
/// two merges make the same bytes and share a token: what that token newly stands beside is then a
/// candidate of its own, besides the earlier one of the same pair. Two differences are known from
/// the source of `tokenizers`; no text is known that shows them. Of two such candidates that are
/// equally frequent, the earlier goes first here and either one there; and pairs that occur more
/// than 2^31 times are counted here, where 32 bits overflow there.
public struct BytePairTrainer: Sendable {
  /// The number of ids: 256 bytes, the merges, and the special tokens, which come last.
  public var vocabularySize: Int
  /// Tokens that text never becomes by itself, in the order of their ids.
  public var specialTokens: [String]
  /// How often a pair must occur to become a token.
  public var minimumFrequency: Int
  /// The expression that splits the text into the pieces within which pairs are counted.
  public var pattern: SplitPattern
  /// The number of threads that count pieces.
  package var workerCount = ProcessInfo.processInfo.activeProcessorCount

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
    try train { take in
      for text in texts { take(text) }
    }
  }

  /// Trains on the texts that `forEachText` gives to its argument, as ``train(on:)`` does.
  ///
  /// - Throws: as ``train(on:)``, and whatever `forEachText` throws.
  public func train(
    reading forEachText: ((String) -> Void) throws -> Void
  ) throws -> BytePairTokenizer {
    try checkRequest()
    var counter = PieceCounter(try PieceSplitter(pattern), workers: workerCount)
    try forEachText { counter.add($0) }
    let pieces = counter.finish()
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
