import Corpora
import Curriculum
import Foundation
import LanguageModels
import Tensors
import Tokenizers

/// Tasks that others made, read from files.
extension CoreEvaluation {
  /// Adds a task of bAbI: the first `limit` questions that fit the context, each behind all that was told before it.
  ///
  /// The core's final word must be the answer. Chance is the most frequent answer's share.
  public mutating func addBabi(
    _ name: String, _ stories: [BabiStory], limit: Int, _ model: Transformer, _ format: ChatFormat
  ) throws {
    let questions = stories.flatMap { story in
      story.questions.map { WrittenAnswers.Question(story.conversation(asking: $0)) }
    }
    let entries = try WrittenAnswers.collect(
      model, format, questions: questions, limit: limit)
    func isRight(_ entry: WrittenAnswers.Entry) -> Bool {
      entry.isFinished
        && Lesson.finalWord(of: entry.text).lowercased() == entry.expectedText.lowercased()
    }
    record(entries, topic: name, isRight: isRight)
    add(name, entries, chance: Self.mostFrequentShare(of: entries), isRight: isRight)
  }

  /// Adds word problems in the form of GSM8K: the first `limit` that fit the context, calculator at hand.
  ///
  /// The last number that the core writes must be the result.
  public mutating func addGSM8K(
    _ name: String, _ problems: [GSM8KProblem], limit: Int, _ model: Transformer,
    _ format: ChatFormat
  ) throws {
    let questions = problems.map { WrittenAnswers.Question($0.conversation) }
    let entries = try WrittenAnswers.collect(model, format, questions: questions, limit: limit)
    func isRight(_ entry: WrittenAnswers.Entry) -> Bool {
      let expected = Self.lastNumber(in: entry.expectedText)
      return entry.isFinished && expected != nil && Self.lastNumber(in: entry.text) == expected
    }
    record(entries, topic: name, isRight: isRight)
    add(name, entries, isRight: isRight)
  }

  /// The last number of a text, without thousands separators.
  package static func lastNumber(in text: String) -> Decimal? {
    let words = text.replacingOccurrences(of: ",", with: "")
      .split { !($0.isASCII && ($0.isNumber || $0 == "." || $0 == "-")) }
    for word in words.reversed() {
      let trimmed = word.reversed().drop { $0 == "." || $0 == "-" }.reversed()
      if let number = Decimal(string: String(trimmed)) { return number }
    }
    return nil
  }
}
