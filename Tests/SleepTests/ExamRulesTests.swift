import Foundation
import Sleep
import Testing

@Suite struct ExamRulesTests {
  private typealias Fields = [String: Any]

  private func day(_ questions: Fields? = nil, now: Double = 1) -> Fields {
    var day: Fields = [
      "night": 1, "titles": ["a"], "tokens": 10, "bytes": 40, "bitsPerByteBefore": 2,
      "bitsPerByteNow": now, "bitsPerByteCeiling": 1, "askedWords": 4, "clozeBefore": 0,
      "clozeNow": 1, "clozeCeiling": 1, "bitsPerToken": 1,
    ]
    day["questions"] = questions
    return day
  }

  private func answered(
    _ now: Double, before: Double = 0, lastNight: Double = 0, read: Double = 1
  ) -> Fields {
    ["asked": 20, "before": before, "lastNight": lastNight, "now": now, "ceiling": read]
  }

  private func recall(
    _ days: [Fields], drift: Double = 0.01, declined: Double? = nil
  ) throws -> RecallReport {
    var report: Fields = [
      "individual": "ada", "currentNight": 1, "days": days, "neutralBitsPerByteCore": 1,
      "neutralBitsPerByteNow": 1 + drift, "drift": drift, "cacheBytesPerToken": 1,
      "memoryBytes": 1,
    ]
    if let declined { report["abstention"] = ["asked": 20, "declined": declined] }
    return try JSONDecoder().decode(
      RecallReport.self, from: JSONSerialization.data(withJSONObject: report))
  }

  @Test func aGoodNightIsKept() throws {
    try ExamRules().judge(
      recall([day(answered(0.9, lastNight: 0.95)), day(answered(0.9))], declined: 0.9),
      of: .night(readText: true))
    // Without text of its own a day need not become easier to read.
    try ExamRules().judge(recall([day(answered(0.9), now: 3)]), of: .night(readText: false))
  }

  @Test func everyRuleCanFail() throws {
    let good = day(answered(0.9))
    let reports = try [
      (recall([good], drift: 0.051), "harder to read"),
      (recall([day(answered(0.9), now: 2)]), "bits per byte after it"),
      (recall([day(answered(0.1, before: 0.1))]), "did not study"),
      (recall([day(answered(0.7, lastNight: 0.9)), good]), "earlier days"),
      (recall([day(answered(0.9, read: 0.6))]), "in front of it"),
      (recall([good], declined: 0.4), "declines 40"),
    ]
    for (report, reason) in reports {
      let error = #expect(throws: SleepError.self) {
        try ExamRules().judge(report, of: .night(readText: true))
      }
      #expect(error?.description.contains(reason) == true)
    }
  }

  /// A few words of which no text was studied: the day has to be foreseen better, or nothing is known of the night.
  @Test func aDayTooShortForQuestionsIsMeasuredAllTheSame() throws {
    try ExamRules().judge(recall([day()]), of: .night(readText: false))
    #expect(throws: SleepError.self) {
      try ExamRules().judge(recall([day(now: 2)]), of: .night(readText: false))
    }
  }

  @Test func whatCouldNotBeMeasuredIsNotKept() throws {
    var report = try recall([day(answered(0.9))])
    report.drift = .nan
    #expect(throws: SleepError.self) { try ExamRules().judge(report, of: .night(readText: true)) }
  }
}
