import Foundation

/// Parts a recogniser's segment where its words change speakers.
enum SpokenTurns {
  /// The segment whole, or a turn for every run of words by one speaker.
  ///
  /// A word without a speaker belongs to the speaker before it. The text is cut where the words stand in it, so that its
  /// spaces and marks stay as they are.
  static func turns(of segment: JSONSegment, text: String) -> [Document.Segment] {
    let text = Array(text.utf8)
    let runs = runs(of: segment)
    guard runs.count > 1, let places = places(of: runs, in: text) else {
      return [
        Document.Segment(
          speaker: runs.first.flatMap(\.speaker) ?? segment.speaker, start: segment.start,
          end: segment.end, text: text.withSingleSpaces, line: 0)
      ]
    }
    return runs.indices.map { index in
      let run = runs[index]
      let isLast = index + 1 == runs.count
      return Document.Segment(
        speaker: run.speaker, start: index == 0 ? segment.start ?? run.start : run.start,
        end: isLast ? segment.end ?? run.end : run.end,
        text: Array(text[places[index]..<(isLast ? text.count : places[index + 1])])
          .withSingleSpaces,
        line: 0)
    }
  }

  private struct Run {
    var speaker: String?
    var start, end: TimeInterval?
    var words: [[UInt8]] = []
  }

  private static func runs(of segment: JSONSegment) -> [Run] {
    guard segment.words.contains(where: { $0.speaker != nil }) else { return [] }
    var runs: [Run] = []
    // Words before the first that has a speaker are the segment's speaker's, else that one's.
    var speaker = segment.speaker ?? segment.words.lazy.compactMap(\.speaker).first
    for word in segment.words {
      guard let text = word.text else { continue }
      speaker = word.speaker ?? speaker
      if runs.last?.speaker != speaker || runs.isEmpty { runs.append(Run(speaker: speaker)) }
      let last = runs.count - 1
      runs[last].start = runs[last].start ?? word.start
      runs[last].end = word.end ?? runs[last].end
      runs[last].words.append(Array(Array(text.utf8)[...].trimmed))
    }
    return runs
  }

  /// Where each run begins in the text, the first at its beginning; nil when a word is not found.
  private static func places(of runs: [Run], in text: [UInt8]) -> [Int]? {
    var places: [Int] = []
    var index = 0
    for run in runs {
      for (number, word) in run.words.enumerated() {
        guard let found = position(of: word, in: text, from: index) else { return nil }
        if number == 0 { places.append(places.isEmpty ? 0 : found) }
        index = found + word.count
      }
    }
    return places.count == runs.count ? places : nil
  }

  /// A word stands at most so many bytes behind the one before it.
  private static let reach = 64

  private static func position(of word: [UInt8], in text: [UInt8], from start: Int) -> Int? {
    let last = min(text.count - word.count, start + reach)
    guard start <= last else { return nil }
    return (start...last).first { text[$0...].starts(with: word) }
  }
}
