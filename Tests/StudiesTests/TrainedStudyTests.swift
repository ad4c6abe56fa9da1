import Studies
import Testing

/// Claims that take training: their smallest forms hold, and do not where something is wrong.
@Suite struct TrainedStudyTests {
  private let setting = StudySetting(isQuick: true, seeds: [1])

  @Test func learnedDescent() throws {
    var study = LearnedDescent()
    (study.task.width, study.task.examples, study.task.reach) = (2, 3, 1)
    study.steps.quick = 700
    let findings = try study.run(setting).findings
    #expect(Verdict(findings).holds, "\(findings)")
    study.steps.quick = 20
    #expect(!Verdict(try study.run(setting).findings).holds)
  }

  @Test func regressionCollapse() throws {
    #expect(Verdict(try RegressionCollapse().run(setting).findings).holds)
    var wrong = RegressionCollapse()
    wrong.wrongly = 1.2
    #expect(!Verdict(try wrong.run(setting).findings).holds)
  }
}
