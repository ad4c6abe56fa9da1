import Corpora

/// A sentence that somebody says.
struct Sentence {
  let text: Substring
  /// Where it stands among the documents, and in the document's segments.
  let document, segment: Int
  /// Those of the vocabulary, as often as they are used.
  var terms: [Int] = []
  var wordCount = 0
}

/// All that one person says, beside all that was read.
struct Speech {
  private(set) var sentences: [Sentence] = []
  private(set) var vocabulary: Vocabulary
  /// How often each term is used in all that was read.
  private(set) var totals: [Int]
  private(set) var totalWords = 0

  /// - Parameter excluded: words that are no themes, such as names.
  init(of person: Person, in documents: [ReadDocument], excluding excluded: Set<String>) {
    vocabulary = Vocabulary(excluding: excluded)
    let labels = Dictionary(
      person.appearances.map { ($0.document, $0.labels) }, uniquingKeysWith: { $0.union($1) })
    let renderings = documents.map { $0.document.rendering() }
    for (number, read) in documents.enumerated() {
      guard let own = labels[number] else { continue }
      let rendering = renderings[number]
      for range in rendering.sentences() {
        guard let segment = rendering.segmentIndex(at: range.lowerBound),
          let label = read.labels[segment], own.contains(label)
        else { continue }
        var sentence = Sentence(
          text: rendering.text.part(range), document: number, segment: segment)
        (sentence.terms, sentence.wordCount) = vocabulary.addTerms(of: sentence.text)
        sentences.append(sentence)
      }
    }
    var counts = [Int](repeating: 0, count: vocabulary.count)
    for rendering in renderings {
      for turn in rendering.turns {
        totalWords += vocabulary.forEachTerm(of: rendering.text.part(turn.textRange)) { term, _ in
          counts[term] += 1
        }
      }
    }
    totals = counts
  }
}

extension String {
  fileprivate func part(_ range: Range<Int>) -> Substring {
    let start = utf8.index(startIndex, offsetBy: range.lowerBound)
    return self[start..<utf8.index(start, offsetBy: range.count)]
  }
}
