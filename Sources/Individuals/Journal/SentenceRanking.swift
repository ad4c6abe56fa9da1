import Corpora
import Foundation

/// Finds the sentences that hold most of the words that are sought, the rare ones counting most.
struct SentenceRanking {
  /// More words of a query than these are not looked for.
  static let mostWords = 32
  /// At most so many words stand between words that are near each other.
  static let nearness = 24

  private struct Candidate {
    let text: String
    let words: Set<String>
  }

  /// Without case and accents.
  private let sought: Set<String>
  /// In the order in which they were added, oldest first.
  private var candidates: [Candidate] = []
  private var sentenceCount = 0

  init(seeking words: Set<String>) { sought = words }

  /// Adds the sentences of a text that hold any of the words.
  mutating func add(_ text: String) {
    let ranges = SentenceSplitter.sentences(in: text)
    sentenceCount += ranges.count
    for (index, range) in ranges.enumerated() {
      let sentence = Self.part(range, of: text)
      let words = WordFolding.words(in: sentence)
      guard let first = words.firstIndex(where: { sought.contains($0.folded) }) else { continue }
      let found = sought.intersection(words.map(\.folded))
      var shown = Self.shortened(sentence, words, around: first)
      if sentence.hasSuffix("?") {
        // A question alone tells nothing.
        guard index + 1 < ranges.count else { continue }
        let next = Self.part(ranges[index + 1], of: text)
        shown += " " + Self.shortened(next, WordFolding.words(in: next), around: 0)
      }
      let line = shown.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      candidates.append(Candidate(text: line, words: found))
    }
  }

  /// The best `limit` sentences that hold at least `leastShare` of what the best one holds.
  ///
  /// Together, with spaces between them, they have at most `characters`, unless it is only one.
  func best(_ limit: Int, leastShare: Double, characters: Int) -> [String] {
    var weights: [String: Double] = [:]
    for word in sought {
      let holding = Double(candidates.count { $0.words.contains(word) })
      let others = Double(sentenceCount) - holding
      // Rareness as BM25 counts it (Robertson and Zaragoza 2009, equation 3.3), never below zero.
      weights[word] = log(1 + (max(others, 0) + 0.5) / (holding + 0.5))
    }
    let scores = candidates.map { candidate in
      // In one order, so that equal sentences have equal sums.
      candidate.words.sorted().reduce(0) { $0 + (weights[$1] ?? 0) }
    }
    guard let highest = scores.max() else { return [] }
    let newestFirst = candidates.indices.filter { scores[$0] >= leastShare * highest }
      .sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 > $1 }
    var known = Set<String>()
    var room = characters
    let kept = newestFirst.filter { known.insert(candidates[$0].text).inserted }.prefix(limit)
      .enumerated().prefix { rank, index in
        let length = candidates[index].text.count
        defer { room = max(room - length, 1) - 1 }
        return rank == 0 || length <= room
      }.map(\.element)
    return kept.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
      .map { candidates[$0].text }
  }

  private static func part(_ range: Range<Int>, of text: String) -> Substring {
    let start = text.utf8.index(text.startIndex, offsetBy: range.lowerBound)
    return text[start..<text.utf8.index(start, offsetBy: range.count)]
  }

  /// Speech without full stops has endless sentences: of those, only what is near the word.
  private static func shortened(
    _ sentence: Substring, _ words: [WordFolding.Word], around word: Int
  ) -> String {
    let (before, after, most) = (12, 28, 48)
    guard words.count > most else { return String(sentence) }
    let first = max(word - before, 0)
    let last = min(word + after, words.count - 1)
    let start = first > 0 ? words[first].range.lowerBound : sentence.startIndex
    let end = last < words.count - 1 ? words[last].range.upperBound : sentence.endIndex
    return (first > 0 ? "…" : "") + sentence[start..<end] + (last < words.count - 1 ? "…" : "")
  }
}
