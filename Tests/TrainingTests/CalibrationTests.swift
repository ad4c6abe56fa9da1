import Testing
import Training

@Suite struct CalibrationTests {
  @Test func aJudgeThatIsAsSureAsRightHasNoError() {
    let answers = (0..<100).map { (confidence: 0.75, isRight: $0 % 4 != 0) }
    #expect(Calibration.expectedError(answers) < 1e-12)
  }

  @Test func certaintyInWhatIsWrongIsTheWholeError() {
    let answers = [(confidence: 1.0, isRight: false), (confidence: 1.0, isRight: false)]
    #expect(Calibration.expectedError(answers) == 1)
    #expect(Calibration.expectedError([]) == 0)
  }

  @Test func binsAreWeighedByTheirAnswers() {
    let sure = (0..<9).map { _ in (confidence: 0.95, isRight: true) }
    let answers = sure + [(confidence: 0.15, isRight: true)]
    #expect(abs(Calibration.expectedError(answers) - (0.9 * 0.05 + 0.1 * 0.85)) < 1e-12)
  }
}
