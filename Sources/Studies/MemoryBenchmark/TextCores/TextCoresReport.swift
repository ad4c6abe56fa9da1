import Foundation
import Training

/// Cores side by side on the same text.
public struct TextCoresReport: Sendable {
  private let outcomes: [TextCores.Outcome]

  public init(_ outcomes: [TextCores.Outcome]) { self.outcomes = outcomes }

  public var document: ReportDocument {
    let plan = outcomes.first?.plan
    let groups = Dictionary(grouping: outcomes, by: \.plan.architecture)
    let lines = outcomes.map(\.plan.architecture).reduce(into: []) { all, architecture in
      if !all.contains(architecture) { all.append(architecture) }
    }.map { ($0.rawValue, groups[$0] ?? []) }
    let table = ReportTable(
      "mean over the seeds, lowest and highest beside it",
      [.text("core"), .number("seeds")]
        + [
          "bits per byte", "tokens/s", "bytes of state", "parameters", "highest loss",
        ].map { .number($0) },
      rows: lines.map { name, own in
        [
          .init(name), .init("\(own.count)"), .init(spread: own.map(\.bitsPerByte)),
          .init(ReportNumber.fixed(own.map(\.tokensPerSecond).max() ?? 0, 0)),
          .init("\(own[0].stateBytes)"), .init("\(own[0].parameters)"),
          .init(spread: own.map(\.highestLoss)),
        ]
      })
    let plot = LinePlot(
      "Unseen text", xLabel: "steps", yLabel: "bits per byte",
      lines.map { name, own in
        .init(
          name,
          own[0].course.indices.map { index in
            let values = own.compactMap { index < $0.course.count ? $0.course[index] : nil }
            return .init(
              Double(own[0].course[index].step),
              values.reduce(0) { $0 + $1.bitsPerByte } / Double(values.count))
          })
      })
    return ReportDocument(
      "Cores on text",
      [
        .paragraph(
          "\(plan?.tokens ?? 0) tokens of \(outcomes.first?.text ?? "no text") in windows of "
            + "\(plan?.context ?? 0), \(plan?.depth ?? 0) blocks, seeds "
            + Set(outcomes.map(\.plan.seed)).sorted().map { "\($0)" }.joined(separator: ", ")
            + ". Tokens per second are those of the fastest seed's median step."),
        .table(table), .plot(plot),
      ])
  }
}
