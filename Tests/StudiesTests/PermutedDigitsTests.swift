import Corpora
import Studies
import Tensors
import Testing

/// One task after another on images that need no file: bars at ten places.
@Suite struct PermutedDigitsTests {
  private func images(_ count: Int, seed: UInt64) -> LabelledImages {
    var random = RandomSource(seed: seed, name: "images")
    let labels = (0..<count).map { _ in random.integer(in: 0..<10) }
    let pixels = labels.flatMap { label in
      (0..<100).map { Float($0 / 10 == label ? 0.8 : 0) + 0.2 * random.uniform() }
    }
    return LabelledImages(width: 10, height: 10, pixels: pixels, labels: labels)
  }

  private func outcome(
    _ learner: TaskLearner, _ change: (inout PermutedDigits.Plan) -> Void = { _ in }
  ) throws -> TaskOutcome<PermutedDigits.Plan> {
    var plan = PermutedDigits.Plan(learner, seed: 1)
    plan.tasks = 3
    plan.pace.epochs = 5
    plan.pace.batch = 20
    plan.hiddenWidths = [24, 16, 16]
    plan.pace.rate = 5e-3
    plan.pace.continuumRate = 5e-3
    change(&plan)
    return try PermutedDigits(plan, training: images(400, seed: 1), test: images(200, seed: 2))
      .run()
  }

  @Test(arguments: TaskLearner.allCases)
  func everyLearnerLearnsItsTasks(_ learner: TaskLearner) throws {
    let outcome = try outcome(learner)
    #expect(outcome.matrix.rows.map(\.count) == [1, 2, 3])
    for (task, row) in outcome.matrix.rows.enumerated() { #expect(row[task] > 0.5) }
  }

  @Test func replayForgetsLess() throws {
    #expect(
      try outcome(.replay5).matrix.forgetting < outcome(.adam).matrix.forgetting - 0.05)
  }

  /// An elastic weight is held where it mattered.
  @Test func elasticWeightsStay() throws {
    let firm = try outcome(.elastic).matrix
    #expect(firm.forgetting < (try outcome(.adam).matrix.forgetting))
  }

  /// With periods of 1 the continuum is Adam.
  @Test func aContinuumOfOnePaceIsAdam() throws {
    let one = try outcome(.continuum) { $0.pace.periods = [1, 1, 1] }.matrix
    #expect(one == (try outcome(.adam) { $0.pace.periods = [1, 1, 1] }.matrix))
    #expect(one != (try outcome(.continuum).matrix))
  }
}
