import Foundation
import Training

/// Learners of the same tasks side by side.
public struct TaskCourseReport: Sendable {
  private let title, setting: String
  private let results: [Result]

  private struct Result {
    var learner: TaskLearner
    var matrix: RecallMatrix
    var seconds: Double
  }

  public init(_ outcomes: [TaskOutcome<PermutedDigits.Plan>]) {
    let plan = outcomes.first?.plan ?? .init(.adam, seed: 0)
    title = "Permuted digits"
    setting =
      "\(plan.tasks) tasks, a network of " + Self.list(plan.hiddenWidths) + ", "
      + Self.words(plan.pace, seeds: outcomes.map(\.plan.seed))
    results = outcomes.map {
      Result(learner: $0.plan.learner, matrix: $0.matrix, seconds: $0.seconds)
    }
  }

  public init(_ outcomes: [TaskOutcome<IntentCourse.Plan>]) {
    let plan = outcomes.first?.plan ?? .init(.adam, seed: 0)
    title = "Intents, some after others"
    setting =
      "\(plan.tasks) tasks of the intents of \(plan.data), \(plan.examples) examples of each, chosen among all intents "
      + "so far by the likelihood of their names, "
      + Self.words(plan.pace, seeds: outcomes.map(\.plan.seed))
    results = outcomes.map {
      Result(learner: $0.plan.learner, matrix: $0.matrix, seconds: $0.seconds)
    }
  }

  private static func words(_ pace: TaskPace, seeds: [UInt64]) -> String {
    "\(pace.epochs) epochs, batches of \(pace.batch), Adam at \(pace.rate), the continuum at "
      + "\(pace.continuumRate), periods \(list(pace.periods)), seeds "
      + list(Set(seeds).sorted()) + "."
  }

  private static func list(_ numbers: [some BinaryInteger]) -> String {
    numbers.map { "\($0)" }.joined(separator: ", ")
  }

  public var document: ReportDocument {
    let lines = TaskLearner.allCases.map { learner in
      (learner: learner, results: results.filter { $0.learner == learner })
    }.filter { !$0.results.isEmpty }
    let table = ReportTable(
      "mean over the seeds, lowest and highest beside it",
      [.text("learner"), .number("seeds")]
        + ["ACC", "forgetting", "BWT", "last task", "standard deviation of ACC", "seconds"].map {
          .number($0)
        },
      rows: lines.map { line in
        let matrices = line.results.map(\.matrix)
        let accuracies = matrices.map(\.accuracy)
        return [
          .init(line.learner.title), .init("\(matrices.count)"), .init(spread: accuracies),
          .init(spread: matrices.map(\.forgetting)),
          .init(spread: matrices.map(\.backwardTransfer)),
          .init(spread: matrices.compactMap { $0.rows.last?.last }),
          .init(ReportNumber.fixed(Self.deviation(accuracies), 3)),
          .init(spread: line.results.map(\.seconds)),
        ]
      })
    let plot = LinePlot(
      "Mean accuracy on the tasks so far", xLabel: "tasks learned", yLabel: "accuracy",
      yIncludes: 0...1,
      lines.map { line in
        let matrices = line.results.map(\.matrix)
        return .init(
          line.learner.title,
          matrices[0].rows.indices.map { task in
            let means = matrices.map { matrix -> Double in
              let row = matrix.rows[task]
              return row.reduce(0, +) / Double(row.count)
            }
            return .init(Double(task + 1), means.reduce(0, +) / Double(means.count))
          })
      })
    return ReportDocument(title, [.paragraph(setting), .table(table), .plot(plot)])
  }

  /// Of a sample; 0 of fewer than two.
  private static func deviation(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }
}
