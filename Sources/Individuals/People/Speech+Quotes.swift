extension Speech {
  private static let quotedWords = 8...40
  /// Of longer sentences, so many words around the theme are quoted.
  private static let window = (before: 12, after: 24)

  /// A sentence that speaks of themes.
  struct Choice {
    let sentence: Sentence
    /// The sentence, or a part of an endless one.
    let text: String
    /// Themes that no choice before it speaks of.
    let themes: [Int]
  }

  /// Sentences that speak of the themes, each of some that those before do not speak of.
  ///
  /// Episodes that are not yet quoted come first, whole sentences before parts of endless ones, and
  /// statements before questions; of equals the first.
  func quotes(for themes: [WeighedTerm], limit: Int) -> [Choice] {
    var open = Dictionary(
      themes.enumerated().map { ($1.term, 1 / Double($0 + 1)) }, uniquingKeysWith: max)
    var quoted = Set<Int>()
    var choices: [Choice] = []
    let candidates = sentences.filter { sentence in
      sentence.wordCount >= Self.quotedWords.lowerBound
        && sentence.terms.contains { open[$0] != nil } && !sentence.text.contains("://")
    }
    while choices.count < limit {
      let scores = candidates.map { score($0, open, quoted) }
      guard
        let best = candidates.indices.max(by: {
          scores[$0] < scores[$1] || (scores[$0] == scores[$1] && $0 > $1)
        }),
        scores[best] > 0
      else { break }
      let sentence = candidates[best]
      let spoken = themes.map(\.term).filter { open[$0] != nil && sentence.terms.contains($0) }
      choices.append(
        Choice(sentence: sentence, text: shortened(sentence, around: spoken), themes: spoken))
      for term in spoken { open[term] = nil }
      quoted.insert(sentence.document)
    }
    return choices
  }

  private func score(_ sentence: Sentence, _ open: [Int: Double], _ quoted: Set<Int>) -> Double {
    var score = Set(sentence.terms).sorted().reduce(0) { $0 + (open[$1] ?? 0) }
    if quoted.contains(sentence.document) { score /= 2 }
    if sentence.wordCount > Self.quotedWords.upperBound { score /= 4 }
    if sentence.text.suffix(2).contains("?") { score /= 4 }
    return score
  }

  private func shortened(_ sentence: Sentence, around terms: [Int]) -> String {
    let line = sentence.text.split(whereSeparator: \.isWhitespace)
    guard sentence.wordCount > Self.quotedWords.upperBound else {
      return line.joined(separator: " ")
    }
    var places: [Range<String.Index>] = []
    _ = vocabulary.forEachTerm(of: sentence.text) { term, range in
      if terms.contains(term) { places.append(range) }
    }
    let theme = places.first?.lowerBound ?? sentence.text.startIndex
    let word = line.lastIndex { $0.startIndex <= theme } ?? 0
    let part = max(word - Self.window.before, 0)..<min(word + Self.window.after, line.count)
    return (part.lowerBound > 0 ? "…" : "") + line[part].joined(separator: " ")
      + (part.upperBound < line.count ? "…" : "")
  }
}
