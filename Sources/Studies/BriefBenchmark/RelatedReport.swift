import Training

extension RelatedBenchmark {
  /// All ways side by side.
  public static func report(_ outcomes: [Outcome]) -> ReportDocument {
    let table = ReportTable(
      "share of the three nearest, mean over \(outcomes.count) seeds, lowest and highest beside it",
      [.text("nearest by"), .number("of the same talk"), .number("of another of the series")],
      rows: Way.allCases.map { way in
        [
          .init(way.rawValue), .init(spread: outcomes.compactMap { $0.talk[way.rawValue] }),
          .init(spread: outcomes.compactMap { $0.series[way.rawValue] }),
        ]
      })
    let remarks = outcomes.map { "\($0.remarks)" }.joined(separator: ", ")
    return ReportDocument(
      "What is related",
      [
        .paragraph(
          "Remarks drawn from all talks (\(remarks)), and the three nearest of each: those of the same talk where others are at least six "
            + "runs away, and, without the same talk, those of another of its series."),
        .table(table),
      ])
  }
}
