import CommandLineInterface
import Foundation
import Individuals

struct HistoryCommand: Command {
  let name = "history"
  let abstract = "Lists an individual's nights and what waits for the next one."
  let examples = ["circadian history ada"]

  let individual = Argument<String>("name", help: "Whose history.")

  var parameters: ParameterList { individual }

  private struct Report: Encodable {
    struct Night: Encodable {
      var number: Int
      var isCurrent, isInLineage: Bool
      var night: NightRecord?
      var problem: String?
    }
    var individual: String
    var core: String
    var nights: [Night]
    var waiting: [String]
  }

  func run(_ invocation: Invocation) async throws {
    let person = try invocation.individual(invocation[individual], access: .reading)
    let nights = try person.history().map { entry in
      switch entry.night {
      case .success(let night):
        Report.Night(
          number: entry.number, isCurrent: entry.isCurrent, isInLineage: entry.isInLineage,
          night: night)
      case .failure(let error):
        Report.Night(
          number: entry.number, isCurrent: entry.isCurrent, isInLineage: entry.isInLineage,
          problem: error.description)
      }
    }
    let report = Report(
      individual: person.name, core: person.core.identifier, nights: nights,
      waiting: try person.unsleptEpisodes().map(\.title))
    try invocation.report(report) { text(report) }
  }

  private func text(_ report: Report) -> String {
    var table = TextTable(
      .leading(""), .trailing("night"), .leading("when"), .leading("memory"), .trailing("episodes"),
      .trailing("bits/byte"), .trailing("cloze"), .trailing("seconds"))
    for entry in report.nights {
      let mark = entry.isCurrent ? "*" : entry.isInLineage ? "|" : " "
      guard let night = entry.night else {
        table.append(mark, "\(entry.number)", entry.problem ?? "", "", "", "", "", "")
        continue
      }
      func measure(_ name: String, _ format: (Double) -> String) -> String {
        night.measures[name].map(format) ?? ""
      }
      table.append(
        mark, "\(night.number)", night.createdAt.formatted(.iso8601), night.substrate,
        "\(night.episodes.count)", measure("bitsPerByte") { Readable.fixed($0, 3) },
        measure("cloze", Readable.percent), Readable.fixed(night.seconds, 0))
    }
    let nights =
      report.nights.isEmpty ? "no night yet" : table.text + "\n* now, | on the way here"
    let waiting =
      report.waiting.isEmpty
      ? "nothing waits for the next night"
      : "waiting for the next night: " + report.waiting.joined(separator: ", ")
    return "\(report.individual), on core \(report.core)\n\n\(nights)\n\n\(waiting)"
  }
}
