import Training

/// Mornings as a table.
public struct MorningsReport: Sendable {
  private let mornings: [MorningsBenchmark.Morning]

  public init(_ mornings: [MorningsBenchmark.Morning]) { self.mornings = mornings }

  public var document: ReportDocument {
    let seconds = mornings.reduce(0) { $0 + $1.seconds + ($1.seasonSeconds ?? 0) }
    let table = ReportTable(
      "mornings",
      [
        .number("night"), .text("text"), .number("tokens"), .number("seconds"),
        .number("season's"), .number("peak MB"), .number("recalled"), .number("insights"),
        .number("told before"), .number("with related"), .number("fading days"),
      ],
      rows: mornings.map { morning in
        [
          .init("\(morning.night)"), .init(morning.title), .init("\(morning.tokens)"),
          .init(ReportNumber.fixed(morning.seconds, 0)),
          .init(morning.seasonSeconds.map { ReportNumber.fixed($0, 0) } ?? ""),
          .init("\(morning.peakBytes / 1_000_000)"),
          .init(ReportNumber.fixed(morning.recalledNow, 2)), .init("\(morning.insights)"),
          .init("\(morning.repeated)"), .init("\(morning.withRelated)"),
          .init("\(morning.fading)"),
        ]
      })
    return ReportDocument(
      "A brief every morning",
      [
        .paragraph(
          "\(mornings.count) texts as as many days: \(ReportNumber.fixed(seconds, 0)) seconds of nights and seasons. "
            + "“Told before” counts insights that an earlier brief had in nearly the same words."),
        .table(table),
      ])
  }
}
