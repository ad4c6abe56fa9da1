/// What went well in the day's conversations, and what did not: of the user's questions to which the journal has an
/// answer, those that were answered so, and those that were not.
public struct Review: Sendable, Codable, Equatable {
  /// A question that was answered otherwise than the journal does.
  public struct Miss: Sendable, Codable, Equatable {
    public var question: String
    public var reply: String
    /// What the teacher says, with what the journal says in front of it.
    public var answer: String
  }

  /// How many were answered as the journal does.
  public var wentWell = 0
  public var misses: [Miss] = []

  public var asked: Int { wentWell + misses.count }

  /// Compares replies with the answers of `entries`, a judged one for every exchange.
  init(of exchanges: [Exchange], judged entries: [StudyEntry]) {
    for (exchange, entry) in zip(exchanges, entries) where entry.verdict == .kept {
      if Self.says(entry.finalWord, exchange.reply) {
        wentWell += 1
      } else {
        misses.append(
          Miss(question: exchange.question, reply: exchange.reply, answer: entry.answer))
      }
    }
  }

  /// Whether `reply` has `answer` in it, among whatever words, and not as a part of one.
  private static func says(_ answer: String, _ reply: String) -> Bool {
    reply.ranges(of: answer).contains { range in
      let neighbours = [reply[..<range.lowerBound].last, reply[range.upperBound...].first]
      return !neighbours.contains { $0.map { $0.isLetter || $0.isNumber } ?? false }
    }
  }
}
