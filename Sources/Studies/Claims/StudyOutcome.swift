import Foundation
import Training

/// What came of a study.
public struct StudyOutcome: Sendable {
  public var findings: [Finding]
  /// Tables and plots, and what there is to say about them.
  public var blocks: [ReportDocument.Block]

  public init(_ findings: [Finding], _ blocks: [ReportDocument.Block] = []) {
    self.findings = findings
    self.blocks = blocks
  }
}

/// What is kept of a run, as JSON.
public struct StudyRecord: Sendable, Codable, Equatable {
  public var name: String
  public var title: String
  public var isQuick: Bool
  public var seeds: [UInt64]
  public var findings: [Finding]
  public var verdict: Verdict
  public var seconds: Double
}

extension Study {
  /// Runs it; what is to be kept, and the page that says what was claimed, what was run and what came out.
  public func completed(
    _ setting: StudySetting
  ) throws -> (record: StudyRecord, page: ReportDocument) {
    let start = Date()
    let outcome = try run(setting)
    let record = StudyRecord(
      name: name, title: claim.title, isQuick: setting.isQuick, seeds: setting.seeds,
      findings: outcome.findings, verdict: Verdict(outcome.findings),
      seconds: Date().timeIntervalSince(start))
    return (record, page(record, outcome))
  }

  private func page(_ record: StudyRecord, _ outcome: StudyOutcome) -> ReportDocument {
    let seeds = record.seeds.map { "\($0)" }.joined(separator: ", ")
    var verdict = "It \(record.verdict)"
    if case .doesNotHold(let missed) = record.verdict {
      verdict += ": not as expected: \(missed.joined(separator: "; "))"
    }
    let findings = ReportTable(
      "mean over the seeds, lowest and highest beside it",
      [.text("found"), .number("value"), .text("expected"), .text("as expected")],
      rows: outcome.findings.map { finding in
        [
          .init(finding.name), .number(finding.values), .init(finding.expected),
          .init(finding.expectation == nil ? "" : finding.holds ? "yes" : "no"),
        ]
      })
    return ReportDocument(
      claim.title,
      [
        .paragraph("\"\(claim.words)\" (\(claim.place))"),
        .heading("Verdict"), .paragraph(verdict + "."),
        .table(findings),
      ] + outcome.blocks + [
        .heading("What was run"), .paragraph(setup),
        .paragraph(
          "\(record.isQuick ? "The quick form; seeds" : "Seeds") \(seeds); \(ReportNumber.fixed(record.seconds, 1)) seconds."
        ),
        .commands([
          "circadian study run \(name)\(record.isQuick ? " --quick" : "") --seed \(record.seeds.first ?? 0)"
        ]),
        .heading("Published"), .list(claim.published),
      ])
  }
}

extension ReportTable.Cell {
  /// The mean, in so many digits as it takes, with the lowest and the highest beside it.
  static func number(_ values: [Double]) -> Self {
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    guard let lowest = values.min(), let highest = values.max(), values.count > 1 else {
      return .init(LinePlot.digits(mean))
    }
    return .init(
      LinePlot.digits(mean),
      detail: "(\(LinePlot.digits(lowest)) to \(LinePlot.digits(highest)))")
  }
}

/// The page of all claims and their verdicts.
public struct StudyIndex: Sendable {
  private let records: [StudyRecord]

  public init(_ records: [StudyRecord]) { self.records = records }

  public var document: ReportDocument {
    let known = Dictionary(records.map { ($0.name, $0) }) { first, _ in first }
    let table = ReportTable(
      "every page is NAME.html, every result NAME.json",
      [
        .text("claim"), .text("name"), .text("verdict"), .text("found"), .text("expected"),
        .number("seeds"), .number("seconds"),
      ],
      rows: Studies.all.map { study in
        guard let record = known[study.name] else {
          return [
            .init(study.claim.title), .init(study.name), "not run", "", "", "", "",
          ]
        }
        // The first finding that was not as expected, or the first of all that had to be something.
        let first =
          record.findings.first { !$0.holds } ?? record.findings.first { $0.expectation != nil }
        return [
          .init(study.claim.title), .init(study.name),
          .init("\(record.verdict)", detail: record.isQuick ? "quick" : nil),
          .init(first.map { "\($0.name): \(LinePlot.digits($0.mean))" } ?? ""),
          .init(first?.expected ?? ""), .init("\(record.seeds.count)"),
          .init(ReportNumber.fixed(record.seconds, 1)),
        ]
      })
    let held = records.count { $0.verdict.holds }
    return ReportDocument(
      "Claims and their verdicts",
      [
        .paragraph(
          "\(held) of \(records.count) claims that were run hold, of \(Studies.all.count) in all."),
        .table(table),
      ])
  }
}
