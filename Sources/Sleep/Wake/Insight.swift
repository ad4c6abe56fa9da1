import Corpora
import Foundation
import Individuals

/// A sentence of the day with what the night made of it.
public struct Insight: Sendable, Codable {
  public var quote: String
  public var title: String
  /// Speaker and time, as far as the document has them.
  public var citation: String?
  /// Bits that the night took off the sentence: what was learned of it.
  public var bitsLearned: Double
  /// Bits per byte of the sentence before and after.
  public var bitsPerByteBefore, bitsPerByteNow: Double
  /// The surprising words in it that are recalled without the text.
  public var recalledWords: [String]
  /// Those that are not.
  public var missedWords: [String]

  /// Every sentence of a text, in reading order.
  static func all(
    in text: DayText, before: [Float], now: [Float], _ words: [DayText.Word], _ recalled: [Bool]
  ) -> [Insight] {
    let document = text.episode.annotations.flatMap {
      try? JSONDecoder().decode(Document.self, from: Data($0.utf8))
    }
    // The journal keeps the text as it was read; without it byte positions would mean nothing.
    let rendering = document.map { $0.rendering() }.flatMap {
      $0.text == text.episode.text ? $0 : nil
    }
    let sentences = rendering?.sentences() ?? SentenceSplitter.sentences(in: text.episode.text)
    var token = 1
    return sentences.compactMap { bytes in
      while token < text.tokens.count, text.offsets[token] < bytes.lowerBound { token += 1 }
      var end = token
      while end < text.tokens.count, text.offsets[end] < bytes.upperBound { end += 1 }
      guard end > token, !bytes.isEmpty else { return nil }
      func bits(_ losses: [Float]) -> Double {
        (token..<end).reduce(0) { $0 + Double(losses[$1 - 1]) } / log(2)
      }
      func spelled(_ isRecalled: Bool) -> [String] {
        zip(words, recalled).filter { bytes.contains($0.bytes.lowerBound) && $1 == isRecalled }
          .map { text.text($0.0.bytes) }
      }
      let (bitsBefore, bitsNow) = (bits(before), bits(now))
      let citation = rendering?.segmentIndex(at: bytes.lowerBound).flatMap {
        document?.citation(ofSegment: $0)
      }
      return Insight(
        quote: text.text(bytes).split(whereSeparator: \.isWhitespace).joined(separator: " "),
        title: text.episode.title, citation: citation.map(\.description),
        bitsLearned: bitsBefore - bitsNow, bitsPerByteBefore: bitsBefore / Double(bytes.count),
        bitsPerByteNow: bitsNow / Double(bytes.count), recalledWords: spelled(true),
        missedWords: spelled(false))
    }
  }
}
