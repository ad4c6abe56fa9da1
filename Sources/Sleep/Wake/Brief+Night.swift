import Briefs
import Foundation
import Individuals

extension Brief {
  /// What a night made of its day: `mind` is the individual as it went to sleep, `texts` is what it read.
  init(
    of individual: Individual, night: Int, _ mind: Mind, _ texts: [ReadText],
    _ recall: RecallReport, _ sheet: StudySheet, _ judgement: GuardReport
  ) throws {
    let insights = try InsightSelection().choose(from: texts, by: mind, of: individual)
    self.init(
      individual: individual.name, night: night, date: Date(), day: Day(recall),
      insights: insights,
      study: Study(sheet, judgement, answered: recall.days.last?.questions?.now),
      fading: try Fading.all(recall, of: individual),
      questions: Question.some(of: sheet, insights))
  }
}

extension Brief.Day {
  fileprivate init(_ recall: RecallReport) {
    let day = recall.days.last
    self.init(
      titles: day?.titles ?? [], tokens: day?.tokens ?? 0,
      bitsPerByteBefore: day?.bitsPerByteBefore ?? 0, bitsPerByteNow: day?.bitsPerByteNow ?? 0,
      askedWords: day?.askedWords ?? 0, recalledBefore: day?.clozeBefore ?? 0,
      recalledNow: day?.clozeNow ?? 0, bitsPerToken: day?.bitsPerToken ?? 0,
      bitsPerPretrainingToken: recall.bitsPerPretrainingToken,
      cacheBytesPerToken: recall.cacheBytesPerToken)
  }
}

extension Brief.Study {
  /// Why a question was not studied, as a person is told it; those that are merely there twice are not told.
  private static let reasons: [(verdict: StudyEntry.Verdict, reason: String)] = [
    (.suppressed, "about a concept that was not to be learned"),
    (.ungrounded, "that the text does not answer as drafted"),
    (.refused, "in a round of questions that was refused"),
    (.contradicted, "that the day answers otherwise later on"),
  ]

  fileprivate init(_ sheet: StudySheet, _ judgement: GuardReport, answered: Double?) {
    let questions = Self.reasons.compactMap { verdict, reason in
      let count = sheet[verdict].count { $0.kind == .question }
      return count > 0
        ? Brief.Refusal(count, "question\(count == 1 ? "" : "s") \(reason)") : nil
    }
    let rounds = judgement.batches.compactMap { batch in
      batch.refusal.map { Brief.Refusal(0, "Round \(batch.round) was \($0)") }
    }
    self.init(
      questions: sheet[.kept].count { $0.kind == .question }, answered: answered,
      refused: questions + rounds,
      corrected: (judgement.review?.misses ?? []).map { .init($0.question, $0.answer) })
  }
}

extension Brief.Fading {
  /// Less by this share than on the morning after is told.
  private static let least = 0.1

  /// Days of which less is recalled than on their own mornings; of questions where a day has them, of words otherwise.
  fileprivate static func all(
    _ recall: RecallReport, of individual: Individual
  ) throws -> [Brief.Fading] {
    try recall.days.dropLast().compactMap { day in
      guard
        let morning = try RecallReport.read(ofNight: day.night, individual)?.days.last,
        morning.night == day.night
      else { return nil }
      let (then, now) =
        if let then = morning.questions, let now = day.questions {
          (then.now, now.now)
        } else {
          (morning.clozeNow, day.clozeNow)
        }
      return now < then - least
        ? Brief.Fading(night: day.night, titles: day.titles, then: then, now: now) : nil
    }
  }
}

extension Brief.Question {
  private static let count = 5

  /// What was studied, evenly over the day; where nothing was, the insights with a surprising word left out.
  fileprivate static func some(of sheet: StudySheet, _ insights: [Insight]) -> [Brief.Question] {
    let studied = sheet[.kept].filter { $0.kind == .question }
    guard studied.isEmpty else {
      let chosen = (0..<min(count, studied.count)).map {
        studied[$0 * studied.count / min(count, studied.count)]
      }
      return chosen.map { Brief.Question($0.question, $0.answer) }
    }
    return insights.compactMap { insight in
      guard let word = insight.belief?.word,
        let place = insight.remark.quote.range(of: word)
      else { return nil }
      return Brief.Question(insight.remark.quote.replacingCharacters(in: place, with: "____"), word)
    }
  }
}
