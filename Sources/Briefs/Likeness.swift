/// How much texts are about the same: by the words they share, and by a core's embedding where they say it in other words.
public struct Likeness: Sendable {
  private let vectors: [[Float]]
  private let terms: [[String: Double]]
  /// What the embedding counts; words count the rest (`circadian benchmark related` compares).
  static let shareOfCore = 0.2

  /// Between `texts`, which are compared by their places in this list.
  public init(_ texts: [String], _ embedding: CoreEmbedding) {
    let weights = TermVectors(texts)
    terms = texts.map(weights.vector)
    vectors = embedding.vectors(texts)
  }

  /// From about 0 to 1.
  public func callAsFunction(_ a: Int, _ b: Int) -> Double {
    Self.shareOfCore * max(0, byCore(a, b)) + (1 - Self.shareOfCore) * byWords(a, b)
  }

  package func byCore(_ a: Int, _ b: Int) -> Double {
    Double(CoreEmbedding.dot(vectors[a], vectors[b]))
  }

  package func byWords(_ a: Int, _ b: Int) -> Double { TermVectors.cosine(terms[a], terms[b]) }
}
