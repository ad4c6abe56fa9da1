import Training

/// The outcomes of several arms and seeds on the same texts, side by side.
public struct TextBenchmarkReport: Sendable {
  private let outcomes: [TextBenchmark.Outcome]

  public init(_ outcomes: [TextBenchmark.Outcome]) { self.outcomes = outcomes }

  private typealias Measure = (TextBenchmark.Outcome) -> Double?

  private static var measures: [(name: String, value: Measure)] {
    [
      ("cloze after the last night", { $0.matrix.accuracy }),
      ("BWT", { $0.matrix.backwardTransfer }),
      ("least kept of a day", { $0.kept.min() ?? 0 }),
      ("kept by a season", { $0.keptBySeasons }),
      ("drift", { $0.end?.drift ?? 0 }),
      ("lookup, change", { $0.after.lookup - $0.before.lookup }),
      ("bits per token", { $0.mean(\.bitsPerToken) }),
      ("megabytes of memory", { Double($0.end?.memoryBytes ?? 0) / 1e6 }),
      ("seconds a night", { $0.mean(\.seconds) }),
    ]
  }

  public var document: ReportDocument {
    let plan = outcomes.first?.plan
    let arms = SleepArm.allCases.map { arm in (arm, outcomes.filter { $0.plan.arm == arm }) }
      .filter { !$0.1.isEmpty }
    let table = ReportTable(
      "mean over the seeds, lowest and highest beside it",
      [.text("arm"), .number("seeds")] + Self.measures.map { .number($0.name) },
      rows: arms.map { arm, own in
        [.init(arm.title), .init("\(own.count)")]
          + Self.measures.map { .init(spread: own.compactMap($0.value)) }
      })
    var blocks: [ReportDocument.Block] = [
      .paragraph(
        "A night for each of \(plan?.texts.count ?? 0) texts, seeds "
          + Set(outcomes.map(\.plan.seed)).sorted().map { "\($0)" }.joined(separator: ", ")
          + ". Cloze is the share of a text's most surprising words that is written with nothing but the 32 "
          + "tokens before them in the context."),
      .table(table),
    ]
    for (arm, own) in arms {
      guard let outcome = own.first else { continue }
      blocks += [
        .heading("\(arm.title), seed \(outcome.plan.seed)"), .table(Self.matrix(outcome)),
      ]
    }
    return ReportDocument("Sleep on real texts", blocks)
  }

  private static func matrix(_ outcome: TextBenchmark.Outcome) -> ReportTable {
    let days = outcome.mornings.count
    let kept = outcome.kept
    let after = outcome.mornings.flatMap { morning in
      [("night \(morning.number)", morning.cloze)]
        + (morning.season.map { [("season", $0.cloze)] } ?? [])
    }
    return ReportTable(
      "cloze of each text after each night, and what the last leaves of the first morning",
      [.text("text"), .number("tokens"), .number("bits per byte before")]
        + after.map { .number($0.0) } + [.number("kept")],
      rows: (0..<days).map { day in
        [
          .init(outcome.plan.texts[day]), .init("\(outcome.mornings[day].tokens)"),
          .init(ReportNumber.fixed(outcome.mornings[day].bitsPerByteBefore, 3)),
        ]
          + after.map { _, cloze in
            day < cloze.count ? .init(ReportNumber.fixed(cloze[day], 3)) : ""
          } + [.init(ReportNumber.fixed(kept[day], 3))]
      })
  }
}

extension TextBenchmark.Outcome {
  /// Drift and bytes at the end.
  fileprivate var end: (drift: Double, memoryBytes: Int)? {
    mornings.last.map { last in
      last.season.map { ($0.drift, $0.memoryBytes) } ?? (last.drift, last.memoryBytes)
    }
  }

  fileprivate func mean(_ value: (TextBenchmark.Morning) -> Double) -> Double {
    mornings.reduce(0) { $0 + value($1) } / Double(max(mornings.count, 1))
  }
}
