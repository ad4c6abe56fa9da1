/// Whether two texts say the same in nearly the same words.
package struct Shingles: Sendable {
  /// What shares this part of the shorter one's word triples is the same.
  static let share = 0.6

  private let triples: Set<[String]>

  package init(_ text: String) {
    let words = TermVectors.words(of: text)
    triples =
      words.count < 3
      ? [words] : Set(words.indices.dropLast(2).map { Array(words[$0..<$0 + 3]) })
  }

  package func isNearly(_ other: Shingles) -> Bool {
    let least = min(triples.count, other.triples.count)
    return Double(triples.intersection(other.triples).count) >= Self.share * Double(least)
  }
}

extension Remark {
  /// Whether it says what one of `others` says, in nearly the same words.
  package func isNearly(anyOf others: [Remark]) -> Bool {
    let own = Shingles(quote)
    return others.contains { own.isNearly(Shingles($0.quote)) }
  }
}
