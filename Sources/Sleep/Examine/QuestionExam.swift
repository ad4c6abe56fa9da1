import Curriculum
import Individuals
import LanguageModels
import Tokenizers

/// How many of a day's set aside questions, which no night has studied, are answered rightly.
public struct QuestionRecall: Sendable, Codable, Equatable {
  public var asked: Int
  /// The share, with an empty context: before the day's night, before the last night, and now.
  public var before, lastNight, now: Double
  /// The share with the passage in the context, now: whether the individual can still read; in a night's exam of the
  /// last day alone.
  public var ceiling: Double?
}

/// How many questions that nothing answers are declined, with an empty context.
public struct AbstentionRecall: Sendable, Codable, Equatable {
  public var asked: Int
  public var declined: Double
}

/// Asks what study sheets have set aside.
struct QuestionExam {
  /// Which entries' final word the model gives, or declines where that is right.
  static func answers(
    _ model: Transformer, _ format: ChatFormat, _ entries: [StudyEntry], withPassage: Bool = false
  ) throws -> [Bool] {
    let replies = try Respondent(model: model, format: format).replies(
      to: entries.map {
        Respondent.conversation(asking: $0.question, about: withPassage ? $0.passage : "")
      }, limit: Respondent.answerLimit)
    return zip(entries, replies).map { entry, reply in
      guard let reply else { return false }
      return entry.kind == .question
        ? Lesson.finalWord(of: reply) == entry.finalWord : Lesson.isRefusal(reply)
    }
  }

  /// The recall of a day's questions; nil where none were set aside.
  static func recall(
    _ sheet: StudySheet, _ format: ChatFormat, before: Transformer, lastNight: Transformer,
    now: Transformer, withCeiling: Bool
  ) throws -> QuestionRecall? {
    let entries = sheet[.exam].filter { $0.kind == .question }
    guard !entries.isEmpty else { return nil }
    func share(_ model: Transformer, withPassage: Bool = false) throws -> Double {
      let answers = try answers(model, format, entries, withPassage: withPassage)
      return Double(answers.count { $0 }) / Double(answers.count)
    }
    return QuestionRecall(
      asked: entries.count, before: try share(before), lastNight: try share(lastNight),
      now: try share(now), ceiling: withCeiling ? try share(now, withPassage: true) : nil)
  }

  /// The share of all sheets' questions without an answer that is declined; nil where there are none.
  static func abstention(
    _ sheets: [StudySheet], _ format: ChatFormat, _ model: Transformer
  ) throws -> AbstentionRecall? {
    let entries = sheets.flatMap { $0[.exam] }.filter { $0.kind != .question }
    guard !entries.isEmpty else { return nil }
    let answers = try answers(model, format, entries)
    return AbstentionRecall(
      asked: entries.count, declined: Double(answers.count { $0 }) / Double(answers.count))
  }
}
