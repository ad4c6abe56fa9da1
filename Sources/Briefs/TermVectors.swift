import Foundation
import Individuals

/// Texts as weights of their words (TF-IDF, Salton and Buckley 1988), of length 1.
struct TermVectors: Sendable {
  /// How many of the texts have a word.
  private var holders: [String: Int] = [:]
  private var count = 0

  /// Counts which words are rare in `texts`.
  init(_ texts: some Sequence<String>) {
    for text in texts {
      count += 1
      for word in Set(Self.words(of: text)) { holders[word, default: 0] += 1 }
    }
  }

  /// Without fillers and chatter, case, accents and the plainest endings.
  static func words(of text: String) -> [String] {
    WordFolding.words(in: text[...]).map(\.folded).filter {
      $0.count > 1 && Chatter.isTelling($0)
    }.map(stem)
  }

  /// Plurals and their words are one word; more would need a language's rules.
  private static func stem(_ word: String) -> String {
    guard word.count > 3, word.hasSuffix("s"), !word.hasSuffix("ss") else { return word }
    return String(word.dropLast())
  }

  func rareness(_ word: String) -> Double {
    log((Double(count) + 1) / (Double(holders[word] ?? 0) + 0.5))
  }

  func vector(_ text: String) -> [String: Double] {
    var weights: [String: Double] = [:]
    for word in Self.words(of: text) { weights[word, default: 0] += 1 }
    for (word, uses) in weights { weights[word] = (1 + log(uses)) * rareness(word) }
    return Self.normalized(weights)
  }

  static func normalized(_ weights: [String: Double]) -> [String: Double] {
    // In one order, so that equal vectors have equal lengths.
    let length = weights.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value * $1.value }
      .squareRoot()
    return length > 0 ? weights.mapValues { $0 / length } : weights
  }

  /// The cosine of two vectors of length 1.
  static func cosine(_ a: [String: Double], _ b: [String: Double]) -> Double {
    let (small, large) = a.count < b.count ? (a, b) : (b, a)
    return small.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value * (large[$1.key] ?? 0) }
  }
}
