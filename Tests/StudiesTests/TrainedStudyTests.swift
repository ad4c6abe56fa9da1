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

  @Test func learnedTurning() throws {
    var study = LearnedTurning()
    (study.task.width, study.task.examples, study.task.reach) = (2, 3, 1)
    (study.published, study.steps.quick) = ([(3, 0.168)], 2000)
    let findings = try study.run(setting).findings
    #expect(Verdict(findings).holds, "\(findings)")
    study.passes = 1
    let others = try study.run(setting).findings
    #expect(!Verdict(others).holds, "\(others)")
    (study.published, study.passes) = ([(3, 0.15)], 2)
    study.steps.quick = 1
    #expect(try study.run(setting).findings[0].holds == false)
  }

  @Test func regressionCollapse() throws {
    #expect(Verdict(try RegressionCollapse().run(setting).findings).holds)
    var wrong = RegressionCollapse()
    wrong.wrongly = 1.2
    #expect(!Verdict(try wrong.run(setting).findings).holds)
  }

  /// What `right` finds is as its claim says, and what `wrong` finds is not.
  private func tellsApart(_ right: some Study, _ wrong: some Study) throws {
    let findings = try right.run(setting).findings
    #expect(Verdict(findings).holds, "\(findings)")
    let others = try wrong.run(setting).findings
    #expect(!Verdict(others).holds, "\(others)")
  }

  @Test func muonTail() throws {
    var wrong = MuonTail()
    wrong.isMuon = false
    try tellsApart(MuonTail(), wrong)
  }

  @Test func digitsOf1989() throws {
    var wrong = LeCun1989()
    wrong.labelShift = 3
    try tellsApart(LeCun1989(), wrong)
  }

  @Test func capacity() throws {
    var small = Capacity()
    small.quick = .init(counts: [64], steps: 300)
    (small.quick.vocabulary, small.quick.length) = (128, 16)
    small.expected.quick = 0.2...4
    var wrong = small
    wrong.quick.steps = 5
    try tellsApart(small, wrong)
  }

  @Test func bijectionTunnel() throws {
    var small = BijectionTunnel()
    small.symbols = 4
    small.steps.quick = 400
    var wrong = small
    wrong.steps.quick = 5
    try tellsApart(small, wrong)
  }

  @Test func languageCollapse() throws {
    var small = LanguageCollapse()
    small.quick = (letters: 20_000, steps: 200, generations: 3)
    var wrong = small
    wrong.keepsAll = false
    try tellsApart(small, wrong)
  }

  @Test func gamedJudge() throws {
    var wrong = GamedJudge()
    wrong.steps = 3
    try tellsApart(GamedJudge(), wrong)
  }

  @Test func bestOfMany() throws {
    var wrong = BestOfMany()
    wrong.pairs = 4
    try tellsApart(BestOfMany(), wrong)
  }

  @Test func promptOrWeights() throws {
    var wrong = PromptOrWeights()
    wrong.learns = false
    wrong.budget.quick = 1000
    try tellsApart(PromptOrWeights(), wrong)
  }

  @Test func steeringLaw() throws {
    var wrong = SteeringAndExamples()
    wrong.currency = -1
    try tellsApart(SteeringAndExamples(), wrong)
  }

  @Test func sparseFeatures() throws {
    var wrong = SparseFeatures()
    wrong.kept = 8
    wrong.steps.quick = 500
    try tellsApart(SparseFeatures(), wrong)
  }

  @Test func contextRot() throws {
    var wrong = ContextRot()
    wrong.noteLength = 1
    wrong.steps.quick = 10
    try tellsApart(ContextRot(), wrong)
  }
}
