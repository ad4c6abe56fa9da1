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
    _ learner: TaskLearner, periods: [Int] = [6, 3, 1]
  ) throws -> TaskOutcome<IntentCourse.Plan> {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    var plan = IntentCourse.Plan(learner, seed: 1)
    plan.tasks = 3
    plan.examples = 10
    plan.pace.periods = periods
    (plan.pace.epochs, plan.pace.batch) = (40, 4)
    (plan.pace.rate, plan.pace.continuumRate) = (4e-3, 4e-3)
    return try withExtendedLifetime(folder) {
      try IntentCourse(plan, core: core.folder, intents).run()
    }
  }

  /// What was just learned is known, and is forgotten unless it is repeated.
  @Test func whatIsRepeatedStays() throws {
    let once = try outcome(.adam).matrix
    for (task, row) in once.rows.enumerated() { #expect(row[task] >= 0.75, "task \(task)") }
    let again = try outcome(.replayAll).matrix
    #expect(again.accuracy > once.accuracy + 0.1)
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
