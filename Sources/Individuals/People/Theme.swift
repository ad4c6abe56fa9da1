import Foundation

/// A word, or two that stand together, that somebody says more than others do.
public struct Theme: Encodable, Equatable, Sendable {
  /// As it is written most often.
  public let text: String
  public let uses: Int
  /// The sentences that hold it.
  public let sentences: Int
  public let perThousandWords: Double
  /// In all else that was read.
  public let perThousandWordsElsewhere: Double
  /// The log-likelihood ratio of the two rates.
  public let weight: Double
}

/// How often a term is used in two bodies of text.
struct TermUse {
  var uses, words: Int
  var usesElsewhere, wordsElsewhere: Int

  var rate: Double { Double(uses) / Double(max(words, 1)) }
  var rateElsewhere: Double { Double(usesElsewhere) / Double(max(wordsElsewhere, 1)) }

  /// Twice the logarithm of how much likelier two rates make these counts than one rate does.
  ///
  /// Dunning 1993, "Accurate methods for the statistics of surprise and coincidence", in the form of Rayson
  /// and Garside 2000, "Comparing corpora using frequency profiling". Zero for what is said less than elsewhere.
  var logLikelihoodRatio: Double {
    guard rate > rateElsewhere else { return 0 }
    let common = Double(uses + usesElsewhere) / Double(words + wordsElsewhere)
    func part(_ count: Int, of words: Int) -> Double {
      count == 0 ? 0 : Double(count) * log(Double(count) / (common * Double(words)))
    }
    return 2 * (part(uses, of: words) + part(usesElsewhere, of: wordsElsewhere))
  }
}
