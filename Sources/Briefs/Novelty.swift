import Foundation
import Individuals

/// A text of the day with what every token of it cost a mind.
public struct ReadText: Sendable {
  public var text: DayText
  /// Nats of every token but the first, before the night and after it.
  public var before, now: [Float]
  /// The words that were asked for without the text, and whether each is recalled.
  public var asked: [(word: DayText.Word, isRecalled: Bool)]

  public init(
    _ text: DayText, before: [Float], now: [Float],
    asked: [(word: DayText.Word, isRecalled: Bool)] = []
  ) {
    (self.text, self.before, self.now, self.asked) = (text, before, now, asked)
  }

  /// The asked words in `bytes` that are recalled, or those that are not.
  func words(in bytes: Range<Int>, recalled: Bool) -> [String] {
    var seen: Set<String> = []
    return asked.filter { bytes.contains($0.word.bytes.lowerBound) && $0.isRecalled == recalled }
      .map { text.text($0.word.bytes) }.filter { seen.insert($0).inserted }
  }
}

/// How new a remark was, and how much of that could be learned.
///
/// What surprised before the night and no longer does was new and was learned; what still surprises after the night went
/// through it again and again is noise. The difference is what is weighed.
public struct Novelty: Sendable, Codable, Equatable {
  /// Bits of the remark before the night, and after it.
  public var bitsBefore, bitsNow: Double
  public var bytes: Int

  package init(bitsBefore: Double, bitsNow: Double, bytes: Int) {
    (self.bitsBefore, self.bitsNow, self.bytes) = (bitsBefore, bitsNow, bytes)
  }

  public var bitsLearned: Double { bitsBefore - bitsNow }

  /// Less than this many bits a byte learned is nothing new.
  static let least = 0.2

  var isNew: Bool { bitsLearned >= Self.least * Double(bytes) }

  /// Of every remark, in order.
  public static func of(_ remarks: [Remark], in text: ReadText) -> [Novelty] {
    let offsets = text.text.offsets
    var token = 1
    return remarks.map { remark in
      // Remarks are in reading order, but may be asked for again from the start.
      if token > 1, offsets[token - 1] >= remark.bytes.lowerBound { token = 1 }
      while token < text.text.tokens.count, offsets[token] < remark.bytes.lowerBound { token += 1 }
      var end = token
      while end < text.text.tokens.count, offsets[end] < remark.bytes.upperBound { end += 1 }
      func bits(_ losses: [Float]) -> Double {
        (token..<end).reduce(0) { $0 + Double(losses[$1 - 1]) } / log(2)
      }
      return Novelty(
        bitsBefore: bits(text.before), bitsNow: bits(text.now), bytes: remark.bytes.count)
    }
  }

  /// By how many standard deviations more was learned of a remark than of as many bytes of the day: sums of n independent
  /// surprises spread as the root of n, so that short and long remarks compare.
  package static func scores(_ amounts: [(bits: Double, bytes: Int)]) -> [Double] {
    let all = amounts.reduce((bits: 0.0, bytes: 0)) { ($0.bits + $1.bits, $0.bytes + $1.bytes) }
    let rate = all.bits / Double(max(all.bytes, 1))
    return Deviations.of(
      amounts.map { ($0.bits - rate * Double($0.bytes)) / Double(max($0.bytes, 1)).squareRoot() },
      around: 0)
  }
}

/// Numbers in units of their own spread.
enum Deviations {
  static func of(_ values: [Double], around center: Double? = nil) -> [Double] {
    let count = Double(max(values.count, 1))
    let mean = center ?? values.reduce(0, +) / count
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    // Where all are alike, what is left of the sums' rounding is not spread.
    return values.map { deviation > 1e-9 ? ($0 - mean) / deviation : 0 }
  }
}
