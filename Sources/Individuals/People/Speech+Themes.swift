extension Speech {
  /// A term with its weight among some of the sentences.
  struct WeighedTerm {
    let term: Int
    let use: TermUse
    let sentences: Int
    let weight: Double
  }

  /// Rates that differ by chance give more than this once in a thousand terms: chi-square, one degree of freedom.
  static let leastWeight = 10.83
  static let (fewestUses, fewestSentences) = (3, 2)

  /// What is said more in `sentences` than in all else that was read, the clearest first.
  ///
  /// A word is left out where a phrase holds at least half of its uses, and where earlier themes have it already.
  func themes(of sentences: some Sequence<Sentence>, limit: Int) -> [WeighedTerm] {
    var uses: [Int: (uses: Int, sentences: Int)] = [:]
    var words = 0
    for sentence in sentences {
      words += sentence.wordCount
      for term in sentence.terms { uses[term, default: (0, 0)].uses += 1 }
      for term in Set(sentence.terms) { uses[term, default: (0, 0)].sentences += 1 }
    }
    let frequent = uses.filter {
      $0.value.uses >= Self.fewestUses && $0.value.sentences >= Self.fewestSentences
    }
    let inPhrases = wordsOfPhrases(frequent.mapValues(\.uses), uses.mapValues(\.uses))
    let weighed = frequent.compactMap { term, count -> WeighedTerm? in
      guard !inPhrases.contains(term) else { return nil }
      let use = TermUse(
        uses: count.uses, words: words, usesElsewhere: max(totals[term] - count.uses, 0),
        wordsElsewhere: max(totalWords - words, 0))
      // With nothing to compare with, what is said most often comes first.
      let weight = use.wordsElsewhere == 0 ? 0 : use.logLikelihoodRatio
      guard use.wordsElsewhere == 0 || weight >= Self.leastWeight else { return nil }
      return WeighedTerm(term: term, use: use, sentences: count.sentences, weight: weight)
    }
    .sorted { a, b in
      if a.weight != b.weight { return a.weight > b.weight }
      if a.use.uses != b.use.uses { return a.use.uses > b.use.uses }
      return text(of: a.term) < text(of: b.term)
    }
    return various(weighed, limit: limit)
  }

  /// Those that bring a word that no theme before them has; one and many are the same word.
  private func various(_ themes: [WeighedTerm], limit: Int) -> [WeighedTerm] {
    var seen = Set<String>()
    var kept: [WeighedTerm] = []
    for theme in themes where kept.count < limit {
      let stems = vocabulary.terms[theme.term].words.map { Self.stem(vocabulary.words[$0]) }
      if !stems.allSatisfy(seen.contains) { kept.append(theme) }
      seen.formUnion(stems)
    }
    return kept
  }

  private static func stem(_ word: String) -> String {
    if word.count > 4, word.hasSuffix("ies") { return word.dropLast(3) + "y" }
    let isPlural = word.count > 3 && word.hasSuffix("s") && !word.hasSuffix("ss")
    return isPlural ? String(word.dropLast()) : word
  }

  /// The words whose uses are half and more in one frequent phrase.
  private func wordsOfPhrases(_ frequent: [Int: Int], _ uses: [Int: Int]) -> Set<Int> {
    var covered = Set<Int>()
    for (term, count) in frequent where vocabulary.terms[term].words.count > 1 {
      for word in vocabulary.terms[term].words.map(vocabulary.term(ofWord:))
      where 2 * count >= uses[word, default: 0] {
        covered.insert(word)
      }
    }
    return covered
  }

  /// In lower case.
  func text(of term: Int) -> String {
    vocabulary.terms[term].words.map { vocabulary.words[$0] }.joined(separator: " ")
  }

  /// How this person's sentences write terms most often.
  func spellings(of terms: Set<Int>) -> [Int: String] {
    var counts: [Int: [Substring: Int]] = [:]
    for sentence in sentences where !terms.isDisjoint(with: sentence.terms) {
      _ = vocabulary.forEachTerm(of: sentence.text) { term, range in
        guard terms.contains(term) else { return }
        counts[term, default: [:]][sentence.text[range], default: 0] += 1
      }
    }
    return counts.mapValues { spellings in
      let best = spellings.max { a, b in a.value != b.value ? a.value < b.value : a.key < b.key }
      let text = best?.key ?? ""
      return text.hasSuffix("'s") || text.hasSuffix("’s") ? String(text.dropLast(2)) : String(text)
    }
  }
}
