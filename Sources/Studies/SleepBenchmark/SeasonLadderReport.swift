import Training

/// The rungs of the ladder, side by side.
public struct SeasonLadderReport: Sendable {
  private let outcomes: [SeasonLadder.Outcome]

  public init(_ outcomes: [SeasonLadder.Outcome]) { self.outcomes = outcomes }

  private typealias Measure = (SeasonLadder.Outcome, SeasonLadder.Step) -> Double

  private static var measures: [(name: String, value: Measure)] {
    [
      ("recalled", { $1.recall.reduce(0, +) / Double(max($1.recall.count, 1)) }),
      ("kept of the nights'", { $0.kept($1) }),
      ("strangers declined", { $1.strangers }),
      ("near misses declined", { $1.nearMisses }),
      ("drift", { $1.drift }),
      ("lookup, change", { $1.abilities.lookup - $0.abilities.lookup }),
      ("abstention F1, change", { $1.abilities.abstention - $0.abilities.abstention }),
      ("share of the nights' bytes", { Double($1.memoryBytes) / Double($0.memoryBytesBefore) }),
      ("seconds", { $1.seconds }),
    ]
  }

  public var document: ReportDocument {
    let plan = outcomes.first?.plan
    let before = outcomes.map { $0.recallBefore.reduce(0, +) / Double($0.recallBefore.count) }
    let table = ReportTable(
      "mean over the seeds, lowest and highest beside it",
      [.text("season"), .number("seeds")] + Self.measures.map { .number($0.name) },
      rows: SeasonRung.allCases.compactMap { rung in
        let steps = outcomes.flatMap { outcome in
          outcome.steps.filter { $0.rung == rung }.map { (outcome, $0) }
        }
        guard !steps.isEmpty else { return nil }
        return [.init(rung.title), .init("\(steps.count)")]
          + Self.measures.map { .init(spread: steps.map($0.value)) }
      })
    return ReportDocument(
      "Seasons",
      [
        .paragraph(
          "\(plan?.nights ?? 0) nights of \(plan?.facts ?? 0) facts, seeds "
            + outcomes.map { "\($0.plan.seed)" }.joined(separator: ", ")
            + ". Before the season "
            + "\(ReportNumber.fixed(before.reduce(0, +) / Double(max(before.count, 1)), 3)) of the facts "
            + "are recalled. Then the nights' memories are freed, and the season's alone is asked, with an "
            + "empty context, in a wording of each relation that no night has studied."),
        .table(table),
      ])
  }
}

extension ReportTable.Cell {
  /// The mean of `values`, with the lowest and highest where there are several; empty where there are none.
  init(spread values: [Double]) {
    guard !values.isEmpty else {
      self.init("")
      return
    }
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    self.init(
      ReportNumber.fixed(mean, 3),
      detail: values.count > 1
        ? "\(ReportNumber.fixed(values.min() ?? 0, 3)) to \(ReportNumber.fixed(values.max() ?? 0, 3))"
        : nil)
  }
}
