import Corpora

/// A document of the journal with who speaks in it.
struct ReadDocument: Sendable {
  let episode: Episode.ID
  let document: Document
  /// Who says each of the document's segments, by label; nil where nobody is named.
  let labels: [String?]

  init(episode: Episode.ID, _ document: Document) {
    self.episode = episode
    self.document = document
    let onlySpeaker = document.onlySpeaker
    labels = document.segments.map { $0.speaker ?? onlySpeaker }
  }
}

/// What a label says in a document.
struct LabelledSpeech: Sendable {
  var words = 0
  /// Those of segments whose time is known.
  var timedWords = 0
  var seconds = 0.0

  /// By label; what nobody is named for stands under nil.
  static func all(in read: ReadDocument) -> [String?: LabelledSpeech] {
    var speech: [String?: LabelledSpeech] = [:]
    let words = read.document.segments.map { SpokenWords.count(in: $0.text) }
    for (label, count) in zip(read.labels, words) { speech[label, default: .init()].words += count }
    let seconds = Self.seconds(of: read.document.segments, words)
    for (index, label) in read.labels.enumerated() {
      guard let known = seconds[index] else { continue }
      speech[label, default: .init()].seconds += known
      speech[label, default: .init()].timedWords += words[index]
    }
    return speech
  }

  /// The time of each segment: to its own end, else its share by words of the time to the next one that
  /// has a time.
  private static func seconds(of segments: [Document.Segment], _ words: [Int]) -> [Double?] {
    var seconds = [Double?](repeating: nil, count: segments.count)
    let timed = segments.indices.filter { segments[$0].start != nil }
    for (place, index) in timed.enumerated() {
      guard let start = segments[index].start else { continue }
      if let end = segments[index].end, end >= start {
        seconds[index] = end - start
        continue
      }
      guard place + 1 < timed.count, let end = segments[timed[place + 1]].start, end >= start
      else { continue }
      let stretch = index..<timed[place + 1]
      let total = stretch.reduce(0) { $0 + words[$1] }
      for part in stretch where total > 0 {
        seconds[part] = (end - start) * Double(words[part]) / Double(total)
      }
    }
    return seconds
  }
}
