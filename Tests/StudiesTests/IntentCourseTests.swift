import Corpora
import Foundation
import Studies
import TestSupport
import Testing

/// Six intents, two at a time, on a core that knows next to nothing.
@Suite struct IntentCourseTests {
  private let intents = ["lamp", "boat", "rope", "salt", "mill", "stone"].map { word in
    Intent(
      name: "the \(word)",
      examples: (0..<12).map { "Keeper \($0 * 7 % 10) asks for a \(word)" },
      questions: (0..<4).map { "Keeper \($0 + 2) asks for a \(word)" })
  }

  private func outcome(
    _ learner: TaskLearner, periods: [Int] = [6, 3, 1], seed: UInt64 = 1
  ) throws -> TaskOutcome<IntentCourse.Plan> {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    var plan = IntentCourse.Plan(learner, seed: seed)
    plan.tasks = 3
    plan.examples = 10
    plan.pace.periods = periods
    (plan.pace.epochs, plan.pace.batch) = (30, 4)
    (plan.pace.rate, plan.pace.continuumRate) = (4e-3, 4e-3)
    return try withExtendedLifetime(folder) {
      try IntentCourse(plan, core: core.folder, intents).run()
    }
  }

  /// What was just learned is known, and is forgotten unless it is repeated: over eight seeds, of which now and then one
  /// takes two new intents for one.
  @Test func whatIsRepeatedStays() throws {
    func matrices(_ learner: TaskLearner) throws -> [RecallMatrix] {
      try (1...8).map { try outcome(learner, seed: $0).matrix }
    }
    func mean(_ matrices: [RecallMatrix], _ value: (RecallMatrix) -> Double) -> Double {
      matrices.reduce(0) { $0 + value($1) / Double(matrices.count) }
    }
    let (once, again) = try (matrices(.adam), matrices(.replayAll))
    for task in 0..<3 { #expect(mean(once) { $0.rows[task][task] } >= 0.75, "task \(task)") }
    #expect(mean(again, \.accuracy) > mean(once, \.accuracy) + 0.1)
  }

  /// A continuum of one pace is Adam; where the lowest level moves seldom, or the highest, it is neither that nor the other.
  @Test func levelsHaveTheirPaces() throws {
    let plain = try outcome(.adamAtContinuumRate).matrix
    #expect(plain == (try outcome(.continuum, periods: [1, 1, 1]).matrix))
    let (low, high) = try (
      outcome(.continuum, periods: [1000, 1, 1]).matrix,
      outcome(.continuum, periods: [1, 1, 1000]).matrix
    )
    #expect(low != plain && high != plain && low != high)
  }
}
