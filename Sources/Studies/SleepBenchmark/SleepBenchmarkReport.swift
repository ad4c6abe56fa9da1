import Foundation
import Training

/// The outcomes of several arms and seeds, side by side.
public struct SleepBenchmarkReport: Sendable {
  /// One arm over its seeds.
  public struct Line: Sendable {
    public var arm: SleepArm
    public var outcomes: [SleepBenchmark.Outcome]

    /// Mean, lowest and highest over the seeds.
    public func spread(_ measure: (SleepBenchmark.Outcome) -> Double) -> (
      mean: Double, lowest: Double, highest: Double
    ) {
      let values = outcomes.map(measure)
      return (
        values.reduce(0, +) / Double(max(values.count, 1)), values.min() ?? 0, values.max() ?? 0
      )
    }
  }

  public let lines: [Line]

  /// Arms in the order of ``SleepArm``, without those of which there is nothing.
  public init(_ outcomes: [SleepBenchmark.Outcome]) {
    lines = SleepArm.allCases.compactMap { arm in
      let own = outcomes.filter { $0.plan.arm == arm }
      return own.isEmpty ? nil : Line(arm: arm, outcomes: own)
    }
  }

  /// The measures in the order of the table's columns.
  public static let measures:
    [(name: String, value: @Sendable (SleepBenchmark.Outcome) -> Double?)] = [
      ("ACC", { $0.matrix.accuracy }),
      ("BWT", { $0.matrix.backwardTransfer }),
      ("forgetting", { $0.matrix.forgetting }),
      ("strangers declined", { $0.mornings.last?.strangers ?? 0 }),
      ("near misses declined", { $0.mornings.last?.nearMisses ?? 0 }),
      ("drift", { $0.mornings.last?.drift ?? 0 }),
      ("lookup, change", { $0.after.lookup - $0.before.lookup }),
      ("abstention F1, change", { $0.after.abstention - $0.before.abstention }),
      ("bits per token", { $0.mean(\.bitsPerToken) }),
      ("kept by seasons", { $0.keptBySeasons }),
      ("megabytes of memory", { Double($0.mornings.last?.memoryBytes ?? 0) / 1e6 }),
      ("seconds a night", { $0.mean(\.seconds) }),
      ("seconds a season", { $0.secondsOfSeason }),
      ("core seconds a fact", { $0.mean(\.coreSeconds) / Double($0.plan.facts) }),
    ]

  public var document: ReportDocument {
    let plan = lines.first?.outcomes.first?.plan
    let seeds = Set(lines.flatMap { $0.outcomes.map(\.plan.seed) }).sorted()
    let table = ReportTable(
      "mean over the seeds, lowest and highest beside it",
      [.text("arm"), .number("seeds")] + Self.measures.map { .number($0.name) },
      rows: lines.map { line in
        [.init(line.arm.title), .init("\(line.outcomes.count)")]
          + Self.measures.map { .init(spread: line.outcomes.compactMap($0.value)) }
      })
    let plot = LinePlot(
      "Recall of all days so far, by night", xLabel: "night", yLabel: "share of facts recalled",
      yIncludes: 0...1,
      lines.map { line in
        let nights = line.outcomes.map(\.mornings.count).min() ?? 0
        return .init(
          line.arm.title,
          (0..<nights).map { night in
            .init(
              Double(night + 1),
              line.spread {
                let recall = $0.mornings[night].recall
                return recall.reduce(0, +) / Double(recall.count)
              }.mean)
          })
      })
    var blocks: [ReportDocument.Block] = [
      .paragraph(
        "\(plan?.nights ?? 0) nights of \(plan?.facts ?? 0) facts, seeds "
          + seeds.map { "\($0)" }.joined(separator: ", ")
          + ". Every day is a made-up world. Questions are asked with an empty context, where the arm "
          + "does not say otherwise, in a wording of each relation that no night has studied."),
      .table(table), .plot(plot),
    ]
    for line in lines {
      guard let outcome = line.outcomes.first else { continue }
      blocks += [
        .heading("R matrix of \(line.arm.title), seed \(outcome.plan.seed)"),
        .table(Self.matrix(outcome.matrix)),
      ]
    }
    return ReportDocument("Sleep, night after night", blocks)
  }

  private static func matrix(_ matrix: RecallMatrix) -> ReportTable {
    let days = matrix.rows.count
    return ReportTable(
      "the share of a day's facts that is recalled after each night",
      [.text("after night")] + (0..<days).map { .number("day \($0 + 1)") },
      rows: matrix.rows.enumerated().map { night, row in
        [.init("\(night + 1)")]
          + (0..<days).map { $0 < row.count ? .init(ReportNumber.fixed(row[$0], 2)) : "" }
      })
  }
}

extension SleepBenchmark.Outcome {
  /// The mean over all seasons; nil where there were none.
  fileprivate var secondsOfSeason: Double? {
    let seasons = mornings.compactMap(\.season)
    return seasons.isEmpty
      ? nil : seasons.reduce(0) { $0 + $1.seconds } / Double(seasons.count)
  }

  /// The mean over all mornings.
  fileprivate func mean(_ value: (SleepBenchmark.Morning) -> Double) -> Double {
    mornings.reduce(0) { $0 + value($1) } / Double(max(mornings.count, 1))
  }
}
