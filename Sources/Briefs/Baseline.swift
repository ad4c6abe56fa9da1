import Foundation

/// A way to choose passages of a text that knows nothing of who reads it, to hold a brief against.
public enum Baseline: String, Sendable, Codable, CaseIterable {
  /// The first ones.
  case lead
  /// Those that share most words with others (Mihalcea and Tarau 2004).
  case textRank
  /// Those nearest to the middle of all (Radev et al. 2004).
  case centroid
  /// Those that surprise the core most, without nights and without a journal.
  case coreSurprise

  public var title: String {
    switch self {
    case .lead: "first passages"
    case .textRank: "TextRank"
    case .centroid: "TF-IDF centroid"
    case .coreSurprise: "surprise of the core alone"
    }
  }

  /// The best `count` of `remarks`, best first; `coreBits` are those of the core alone.
  public func choose(_ count: Int, from remarks: [Remark], coreBits: [Double]) -> [Remark] {
    let scores: [Double] =
      switch self {
      case .lead: remarks.indices.map { -Double($0) }
      case .textRank: Self.textRank(remarks.map(\.quote))
      case .centroid: Self.centroid(remarks.map(\.quote))
      case .coreSurprise: Novelty.scores(zip(coreBits, remarks).map { ($0, $1.bytes.count) })
      }
    return remarks.indices.sorted {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
    }.prefix(count).map { remarks[$0] }
  }

  /// Where a walk from text to text along shared words is most often: likeness is the number of shared words over the logarithms of
  /// both lengths, damping 0.85.
  private static func textRank(_ texts: [String]) -> [Double] {
    let words = texts.map { Set(TermVectors.words(of: $0)) }
    let weights = texts.indices.map { a in
      texts.indices.map { b -> Double in
        let lengths = log(Double(words[a].count) + 1) + log(Double(words[b].count) + 1)
        return a == b || lengths == 0
          ? 0 : Double(words[a].intersection(words[b]).count) / lengths
      }
    }
    let sums = weights.map { $0.reduce(0, +) }
    var ranks = [Double](repeating: 1, count: texts.count)
    for _ in 0..<30 {
      ranks = texts.indices.map { a in
        let flow = texts.indices.reduce(0.0) {
          $0 + (sums[$1] > 0 ? weights[$1][a] / sums[$1] * ranks[$1] : 0)
        }
        return 0.15 + 0.85 * flow
      }
    }
    return ranks
  }

  private static func centroid(_ texts: [String]) -> [Double] {
    let terms = TermVectors(texts)
    let vectors = texts.map(terms.vector)
    var middle: [String: Double] = [:]
    for vector in vectors { for (word, weight) in vector { middle[word, default: 0] += weight } }
    middle = TermVectors.normalized(middle)
    return vectors.map { TermVectors.cosine($0, middle) }
  }
}
