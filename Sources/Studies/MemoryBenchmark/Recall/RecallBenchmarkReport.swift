import Foundation
import Training

/// What cores recall within their contexts, against the bytes that they hold it in.
public struct RecallBenchmarkReport: Sendable {
  private let outcomes: [RecallBenchmark.Outcome]

  public init(_ outcomes: [RecallBenchmark.Outcome]) { self.outcomes = outcomes }

  /// One core with so many heads, over all seeds.
  private struct Line {
    var core: RecallCore
    var heads: Int
    var outcomes: [RecallBenchmark.Outcome]

    var title: String { core.title + (heads == 1 ? "" : ", \(heads) heads") }
  }

  private var lines: [Line] {
    RecallCore.allCases.flatMap { core in
      Set(outcomes.filter { $0.plan.core == core }.map(\.plan.heads)).sorted().map { heads in
        Line(
          core: core, heads: heads,
          outcomes: outcomes.filter { $0.plan.core == core && $0.plan.heads == heads })
      }
    }
  }

  public var document: ReportDocument {
    let task = outcomes.first?.plan.task ?? RecallTask()
    let asksAboutOverwritten = task.overwritten > 0
    let knowsNothing = log(Double(task.vocabularySize))
    let table = ReportTable(
      "mean over the seeds, lowest and highest beside it",
      [.text("core"), .number("seeds"), .number("recalled")]
        + (asksAboutOverwritten ? [.number("of one value"), .number("of overwritten")] : [])
        + [
          .number("bytes of state"), .number("parameters"), .number("highest loss"),
          .number("seconds"),
        ],
      rows: lines.map { line in
        let own = line.outcomes
        return [
          .init(line.title), .init("\(own.count)"), .init(spread: own.map(\.accuracy)),
        ]
          + (asksAboutOverwritten
            ? [
              .init(spread: own.compactMap(\.accuracyOfFirst)),
              .init(spread: own.compactMap(\.accuracyOfOverwritten)),
            ] : []) + [
            .init("\(own[0].stateBytes)"), .init("\(own[0].parameters)"),
            .init(spread: own.map(\.highestLoss)), .init(spread: own.map(\.seconds)),
          ]
      })
    let plot = LinePlot(
      "Recall by the size of the state", xLabel: "bytes of state", yLabel: "share recalled",
      xScale: .logarithmic, yIncludes: 0...1,
      RecallCore.allCases.compactMap { core in
        let own = lines.filter { $0.core == core }
        guard !own.isEmpty else { return nil }
        return .init(
          core.title,
          own.map { line in
            .init(
              Double(line.outcomes[0].stateBytes),
              line.outcomes.reduce(0) { $0 + $1.accuracy } / Double(line.outcomes.count))
          }.sorted { $0.x < $1.x })
      })
    return ReportDocument(
      "Recall within the context",
      [
        .paragraph(
          "\(task.pairs) pairs in \(task.length) tokens of \(task.vocabularySize), seeds "
            + Set(outcomes.map(\.plan.seed)).sorted().map { "\($0)" }.joined(separator: ", ")
            + ". A loss of \(ReportNumber.fixed(knowsNothing, 2)) nats is that of knowing nothing."),
        .table(table), .plot(plot),
      ])
  }
}
