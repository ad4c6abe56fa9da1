/// When a night is kept. What is not measured is not kept: an exam that cannot be taken throws.
public struct ExamRules: Sendable {
  /// With all nights before, neutral text may become harder to read by this share than for the core alone.
  public var driftLimit = 0.05
  /// Fewer questions than these say nothing.
  public var fewestQuestions = 10
  /// By how much the share of earlier nights' questions that is answered may fall in one night.
  public var forgettingLimit = 0.15
  /// What must be left, in bits, of what was known of the text of earlier days.
  public var leastTextKept = 0.7
  /// The least share of a day's questions that is answered with the passage in the context: whether it can still read.
  public var leastRead = 0.7
  /// The least share of questions without an answer that is declined.
  public var leastDeclined = 0.5

  public init() {}

  /// What is judged.
  package enum Subject {
    /// A night, whose day is the last of the report's.
    case night(readText: Bool)
    /// A season, to which all days are earlier ones.
    case season
  }

  /// - Throws: ``SleepError`` with the reason why the night is not kept.
  package func judge(_ recall: RecallReport, of subject: Subject) throws {
    if recall.drift > driftLimit || !recall.drift.isFinite {
      throw SleepError.destructive(drift: recall.drift, limit: driftLimit)
    }
    switch subject {
    case .night(let readText):
      guard let day = recall.days.last else { return }
      try judge(learned: day, readText: readText)
      try judge(keeping: recall.days.dropLast())
    case .season: try judge(keeping: recall.days[...])
    }
    if let questions = recall.days.last?.questions, questions.asked >= fewestQuestions,
      let read = questions.ceiling, read < leastRead
    {
      throw SleepError.cannotRead(answered: read, limit: leastRead)
    }
    if let abstention = recall.abstention, abstention.asked >= fewestQuestions,
      abstention.declined < leastDeclined
    {
      throw SleepError.boasts(declined: abstention.declined, limit: leastDeclined)
    }
  }

  private func judge(learned day: DayRecall, readText: Bool) throws {
    if readText, !(day.bitsPerByteNow < day.bitsPerByteBefore) {
      throw SleepError.taughtNothing(before: day.bitsPerByteBefore, after: day.bitsPerByteNow)
    }
    if let questions = day.questions, questions.asked >= fewestQuestions {
      guard questions.now > questions.before else {
        throw SleepError.answersNothing(before: questions.before, after: questions.now)
      }
    } else if !readText, !(day.bitsPerByteNow < day.bitsPerByteBefore) {
      // Too few questions to say anything, and no text studied: the day has to be foreseen better all the same.
      throw SleepError.taughtNothing(before: day.bitsPerByteBefore, after: day.bitsPerByteNow)
    }
  }

  private func judge(keeping days: ArraySlice<DayRecall>) throws {
    let questions = days.compactMap(\.questions)
    let asked = questions.reduce(0) { $0 + $1.asked }
    if asked >= fewestQuestions {
      func share(_ part: (QuestionRecall) -> Double) -> Double {
        questions.reduce(0) { $0 + part($1) * Double($1.asked) } / Double(asked)
      }
      let (before, now) = (share(\.lastNight), share(\.now))
      if now < before - forgettingLimit {
        throw SleepError.forgets(before: before, after: now)
      }
    }
    // In bits, so that a day of which hardly anything was known hardly counts.
    var (known, left) = (0.0, 0.0)
    for day in days {
      guard let lastNight = day.bitsPerByteLastNight else { continue }
      known += max(day.bitsPerByteBefore - lastNight, 0) * Double(day.bytes)
      left += (day.bitsPerByteBefore - day.bitsPerByteNow) * Double(day.bytes)
    }
    if known > 0, !(left >= leastTextKept * known) {
      throw SleepError.losesText(kept: left / known, limit: leastTextKept)
    }
  }
}
