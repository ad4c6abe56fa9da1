import Foundation
import Tensors

/// Multi-query associative recall (MQAR; Zoology, 2312.04927): pairs of keys and values, then keys whose values are asked
/// for.
///
/// The keys come from one half of the vocabulary, the values from the other. A key is asked after a gap that follows a
/// power law, and what is not a pair or a question is noise.
public struct RecallTask: Sendable, Codable, Equatable {
  public var vocabularySize = 8192
  public var length = 128
  /// Pairs of one sequence.
  public var pairs = 16
  /// How many of the pairs say something new of a key that an earlier pair had: these ask who can overwrite.
  public var overwritten = 0
  /// The power of the gaps.
  public var power = 0.01

  public init() {}

  /// One sequence: what is read, and where what is asked for.
  public struct Example: Sendable {
    public var tokens: [Int32]
    /// Where a key is asked, what its value is, and whether it had another before.
    public var questions: [(position: Int, answer: Int32, isOverwritten: Bool)]
  }

  /// What makes the task impossible, in words; nil when it is sound.
  public var problem: String? {
    let keys = pairs - overwritten
    if keys < 1 || overwritten > keys {
      return "\(overwritten) of \(pairs) pairs cannot be overwritten"
    }
    if length - 2 * pairs < 2 * keys { return "\(pairs) pairs are too many for \(length) tokens" }
    if vocabularySize < 4 * pairs {
      return "\(vocabularySize) tokens are too few for \(pairs) pairs"
    }
    return nil
  }

  /// Draws a sequence.
  public func example(_ random: inout RandomSource) -> Example {
    let half = vocabularySize / 2
    let keys = Self.distinct(pairs - overwritten, in: 1..<half, &random)
    let values = Self.distinct(pairs, in: half..<vocabularySize, &random)
    // The first keys, once more with other values.
    let written = keys + keys.prefix(overwritten)
    var tokens = zip(written, values).flatMap { [Int32($0), Int32($1)] }
    let room = (length - tokens.count) / 2
    let gaps = self.gaps(keys.count, below: room, &random)
    tokens += (tokens.count..<length).map { _ in Int32(random.integer(in: 0..<vocabularySize)) }
    let questions = zip(keys, gaps).enumerated().map { index, question in
      let position = 2 * pairs + 2 * question.1
      let isOverwritten = index < overwritten
      tokens[position] = Int32(question.0)
      let value = values[isOverwritten ? keys.count + index : index]
      return (position: position, answer: Int32(value), isOverwritten: isOverwritten)
    }
    return Example(tokens: tokens, questions: questions)
  }

  /// Different gaps below `room`, short ones more often: drawn one after another by weights (gap + 1)^(power - 1).
  private func gaps(_ count: Int, below room: Int, _ random: inout RandomSource) -> [Int] {
    var left = (0..<room).map { (gap: $0, weight: pow(Double($0 + 1), power - 1)) }
    return (0..<count).map { _ in
      var place = Double(random.uniform()) * left.reduce(0) { $0 + $1.weight }
      let index = left.firstIndex { entry in
        place -= entry.weight
        return place < 0
      }
      return left.remove(at: index ?? left.count - 1).gap
    }
  }

  private static func distinct(
    _ count: Int, in range: Range<Int>, _ random: inout RandomSource
  ) -> [Int] {
    var seen: Set<Int> = []
    var drawn: [Int] = []
    while drawn.count < count {
      let number = random.integer(in: range)
      if seen.insert(number).inserted { drawn.append(number) }
    }
    return drawn
  }
}
