import Corpora
import Foundation
import Individuals

/// A stretch of a text that can be quoted by itself: neighbouring sentences of one speaker.
public struct Remark: Sendable, Codable, Equatable {
  public var episode: Episode.ID
  /// The run it belongs to, what one speaker says without being interrupted, counted in its episode; and its place in that.
  public var run, place: Int
  /// UTF-8 offsets into the episode's text.
  public var bytes: Range<Int>
  /// What is said, with single spaces.
  public var quote: String
  public var source: Source

  package init(
    episode: Episode.ID, run: Int, place: Int, bytes: Range<Int>, quote: String, source: Source
  ) {
    (self.episode, self.run, self.place) = (episode, run, place)
    (self.bytes, self.quote, self.source) = (bytes, quote, source)
  }

  /// Where something was said.
  public struct Source: Sendable, Codable, Equatable {
    public var title: String
    public var show: String?
    /// When it was published, in the document's own words.
    public var published: String?
    public var speaker: String?
    /// Seconds from the beginning of the recording.
    public var start: TimeInterval?

    public init(
      title: String, show: String? = nil, published: String? = nil, speaker: String? = nil,
      start: TimeInterval? = nil
    ) {
      (self.title, self.show, self.published) = (title, show, published)
      (self.speaker, self.start) = (speaker, start)
    }
  }

  /// A run of so many bytes is kept whole.
  package static let wholeRun = 420
  /// A longer one is divided between sentences into parts of so many bytes at most.
  static let longestPart = 300
  /// Less ("I think so.") says too little to be quoted.
  static let shortest = 40

  /// All that can be quoted of an episode, in reading order.
  public static func all(in episode: Episode) -> [Remark] {
    let document = episode.annotations.flatMap {
      try? JSONDecoder().decode(Document.self, from: Data($0.utf8))
    }
    // The journal keeps the text as it was read; without it byte positions would mean nothing.
    let rendering = document.map { $0.rendering() }.flatMap {
      $0.text == episode.text ? $0 : nil
    }
    let bytes = Array(episode.text.utf8)
    let runs = rendering?.turns.map(\.textRange) ?? paragraphs(of: bytes)
    return runs.enumerated().flatMap { run, range in
      parts(of: range, in: bytes).enumerated().map { place, part in
        let citation = rendering?.segmentIndex(at: part.lowerBound).flatMap {
          document?.citation(ofSegment: $0)
        }
        return Remark(
          episode: episode.id, run: run, place: place, bytes: part,
          quote: String(decoding: bytes[part], as: UTF8.self)
            .split(whereSeparator: \.isWhitespace).joined(separator: " "),
          source: Source(
            title: episode.title, show: episode.show, published: episode.published,
            speaker: citation?.speaker ?? document?.onlySpeaker, start: citation?.start))
      }.filter { $0.quote.utf8.count >= shortest }
    }
  }

  /// What stands between blank lines.
  private static func paragraphs(of bytes: [UInt8]) -> [Range<Int>] {
    var paragraphs: [Range<Int>] = []
    var first = 0
    func close(at end: Int) {
      while first < end, bytes[first] == 0x0A { first += 1 }
      if first < end { paragraphs.append(first..<end) }
      first = end
    }
    for index in bytes.indices.dropLast() where bytes[index] == 0x0A && bytes[index + 1] == 0x0A {
      close(at: index)
    }
    close(at: bytes.count)
    return paragraphs
  }

  /// A run whole, or in parts of neighbouring sentences that are about equally long.
  private static func parts(of run: Range<Int>, in bytes: [UInt8]) -> [Range<Int>] {
    guard run.count > wholeRun else { return [run] }
    let sentences = SentenceSplitter.sentences(in: String(decoding: bytes[run], as: UTF8.self))
      .flatMap { divided($0.lowerBound + run.lowerBound..<$0.upperBound + run.lowerBound, bytes) }
    let count = (run.count + longestPart - 1) / longestPart
    let length = max(run.count / count, shortest)
    var parts: [Range<Int>] = []
    for sentence in sentences {
      if let last = parts.last, last.count < length,
        sentence.upperBound - last.lowerBound <= longestPart || last.count < shortest
      {
        parts[parts.count - 1] = last.lowerBound..<sentence.upperBound
      } else {
        parts.append(sentence)
      }
    }
    return parts
  }

  /// Speech without full stops has endless sentences: those are divided between words.
  private static func divided(_ sentence: Range<Int>, _ bytes: [UInt8]) -> [Range<Int>] {
    var rest = sentence
    var parts: [Range<Int>] = []
    while rest.count > wholeRun {
      let limit = rest.lowerBound + longestPart
      let space = bytes[rest.lowerBound..<limit].lastIndex(of: 0x20)
      // Without any space, at the beginning of a character.
      let cut = space ?? bytes[..<limit].lastIndex { $0 & 0xC0 != 0x80 } ?? limit
      guard cut > rest.lowerBound else { break }
      parts.append(rest.lowerBound..<cut)
      rest = (space == nil ? cut : cut + 1)..<rest.upperBound
    }
    return parts + [rest]
  }
}
