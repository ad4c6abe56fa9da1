/// When a night is kept. What is not measured is not kept: an exam that cannot be taken throws.
public struct ExamRules: Sendable {
  /// With all nights before, neutral text may become harder to read by this share than for the core alone.
  public var driftLimit = 0.05
  /// Fewer questions than these say nothing.
  public var fewestQuestions = 10
  /// By how much the share of earlier nights' questions that is answered may fall in one night.
  public var forgettingLimit = 0.15
  /// The least share of questions without an answer that is declined.
  public var leastDeclined = 0.5

  public init() {}

  /// - Throws: ``SleepError`` with the reason why the night is not kept.
  package func judge(_ recall: RecallReport, readText: Bool) throws {
    if recall.drift > driftLimit || !recall.drift.isFinite {
      throw SleepError.destructive(drift: recall.drift, limit: driftLimit)
    }
    guard let day = recall.days.last else { return }
    if readText, !(day.bitsPerByteNow < day.bitsPerByteBefore) {
      throw SleepError.taughtNothing(before: day.bitsPerByteBefore, after: day.bitsPerByteNow)
    }
    if let questions = day.questions, questions.asked >= fewestQuestions,
      questions.now <= questions.before
    {
      throw SleepError.answersNothing(before: questions.before, after: questions.now)
    }
    let earlier = recall.days.dropLast().compactMap(\.questions)
    let asked = earlier.reduce(0) { $0 + $1.asked }
    if asked >= fewestQuestions {
      func share(_ part: (QuestionRecall) -> Double) -> Double {
        earlier.reduce(0) { $0 + part($1) * Double($1.asked) } / Double(asked)
      }
      let (before, now) = (share(\.lastNight), share(\.now))
      if now < before - forgettingLimit {
        throw SleepError.forgets(before: before, after: now)
      }
    }
    if let abstention = recall.abstention, abstention.asked >= fewestQuestions,
      abstention.declined < leastDeclined
    {
      throw SleepError.boasts(declined: abstention.declined, limit: leastDeclined)
    }
  }
}
