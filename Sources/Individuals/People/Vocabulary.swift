/// Numbers for the words and the phrases of two words that may be themes.
struct Vocabulary {
  private(set) var words: [String] = []
  private var wordNumbers: [String: Int] = [:]
  /// A phrase's number by the numbers of its words.
  private var phraseNumbers: [SIMD2<Int32>: Int] = [:]
  private(set) var terms: [Term] = []
  /// A word's number as a term.
  private var termNumbers: [Int] = []
  private let excluded: Set<String>

  struct Term: Equatable {
    /// The numbers of its words, one or two.
    let words: [Int]
  }

  init(excluding words: Set<String>) { excluded = words }

  var count: Int { terms.count }

  /// The terms of a text in their order, with where they stand; new ones get a number.
  mutating func addTerms(of text: Substring) -> (terms: [Int], wordCount: Int) {
    var found: [Int] = []
    var wordCount = 0
    var previous: Int?
    SpokenWords.forEach(in: text) { word, place in
      wordCount += 1
      guard let number = number(of: word) else {
        previous = nil
        return
      }
      found.append(termNumbers[number])
      if let before = previous, place.followsDirectly {
        found.append(phrase(before, number))
      }
      previous = number
    }
    return (found, wordCount)
  }

  /// Calls `body` for every known term of a text, with its range; returns the number of words.
  func forEachTerm(of text: Substring, _ body: (Int, Range<String.Index>) -> Void) -> Int {
    var wordCount = 0
    var previous: (number: Int, start: String.Index)?
    SpokenWords.forEach(in: text) { word, place in
      wordCount += 1
      guard let number = wordNumbers[word] else {
        previous = nil
        return
      }
      body(termNumbers[number], place.range)
      if let before = previous, place.followsDirectly,
        let phrase = phraseNumbers[SIMD2(Int32(before.number), Int32(number))]
      {
        body(phrase, before.start..<place.range.upperBound)
      }
      previous = (number, place.range.lowerBound)
    }
    return wordCount
  }

  private mutating func number(of word: String) -> Int? {
    if let known = wordNumbers[word] { return known }
    guard !StopWords.contains(word), !excluded.contains(word) else { return nil }
    let number = words.count
    words.append(word)
    wordNumbers[word] = number
    termNumbers.append(terms.count)
    terms.append(Term(words: [number]))
    return number
  }

  private mutating func phrase(_ first: Int, _ second: Int) -> Int {
    let key = SIMD2(Int32(first), Int32(second))
    if let known = phraseNumbers[key] { return known }
    phraseNumbers[key] = terms.count
    terms.append(Term(words: [first, second]))
    return terms.count - 1
  }

  /// The number of a word as a term.
  func term(ofWord word: Int) -> Int { termNumbers[word] }
}
