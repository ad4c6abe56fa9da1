import Foundation
import Training

/// Learners of permuted digits side by side.
public struct PermutedDigitsReport: Sendable {
  private let outcomes: [PermutedDigits.Outcome]

  public init(_ outcomes: [PermutedDigits.Outcome]) { self.outcomes = outcomes }

  private func outcomes(of learner: PermutedDigits.Learner) -> [PermutedDigits.Outcome] {
    outcomes.filter { $0.plan.learner == learner }
  }

  public var document: ReportDocument {
    let plan = outcomes.first?.plan ?? .init(.adam, seed: 0)
    let learners = PermutedDigits.Learner.allCases.filter { !outcomes(of: $0).isEmpty }
    let table = ReportTable(
      "mean over the seeds, lowest and highest beside it",
      [.text("learner"), .number("seeds")]
        + ["ACC", "forgetting", "BWT", "last task", "standard deviation of ACC", "seconds"].map {
          .number($0)
        },
      rows: learners.map { learner in
        let own = outcomes(of: learner)
        let accuracies = own.map(\.matrix.accuracy)
        return [
          .init(learner.title), .init("\(own.count)"), .init(spread: accuracies),
          .init(spread: own.map(\.matrix.forgetting)),
          .init(spread: own.map(\.matrix.backwardTransfer)),
          .init(spread: own.compactMap { $0.matrix.rows.last?.last }),
          .init(ReportNumber.fixed(Self.deviation(accuracies), 3)),
          .init(spread: own.map(\.seconds)),
        ]
      })
    let plot = LinePlot(
      "Mean accuracy on the tasks so far", xLabel: "tasks learned", yLabel: "accuracy",
      yIncludes: 0...1,
      learners.map { learner in
        let own = outcomes(of: learner)
        return .init(
          learner.title,
          (0..<plan.tasks).map { task in
            let means = own.map { outcome -> Double in
              let row = outcome.matrix.rows[task]
              return row.reduce(0, +) / Double(row.count)
            }
            return .init(Double(task + 1), means.reduce(0, +) / Double(means.count))
          })
      })
    return ReportDocument(
      "Permuted digits",
      [
        .paragraph(
          "\(plan.tasks) tasks of \(plan.epochs) epochs, batches of \(plan.batch), a network of "
            + plan.hiddenWidths.map { "\($0)" }.joined(separator: "-")
            + ", Adam at \(plan.rate), the continuum at \(plan.continuumRate), periods "
            + plan.periods.map { "\($0)" }.joined(separator: ", ") + ", seeds "
            + Set(outcomes.map(\.plan.seed)).sorted().map { "\($0)" }.joined(separator: ", ")
            + "."),
        .table(table), .plot(plot),
      ])
  }

  /// Of a sample; 0 of fewer than two.
  private static func deviation(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }
}
