import Studies
import Testing

@Suite struct RecallMatrixTests {
  private let matrix = RecallMatrix([[0.9], [0.6, 1], [0.7, 0.8, 0.5]])

  @Test func accuracyIsTheMeanAfterTheLastNight() {
    #expect(abs(matrix.accuracy - 2.0 / 3) < 1e-12)
  }

  @Test func backwardTransferComparesWithTheMorningAfter() {
    #expect(abs(matrix.backwardTransfer - ((0.7 - 0.9) + (0.8 - 1)) / 2) < 1e-12)
  }

  @Test func forgettingComparesWithTheBestMorning() {
    let risen = RecallMatrix([[0.5], [0.9, 1], [0.7, 0.8, 0.5]])
    #expect(abs(risen.forgetting - ((0.9 - 0.7) + (1 - 0.8)) / 2) < 1e-12)
    #expect(abs(risen.backwardTransfer - ((0.7 - 0.5) + (0.8 - 1)) / 2) < 1e-12)
  }

  @Test func oneNightForgetsNothing() {
    let one = RecallMatrix([[0.4]])
    #expect(one.accuracy == 0.4 && one.backwardTransfer == 0 && one.forgetting == 0)
  }
}
