import CommandLineInterface
import Individuals
import Sleep

struct RecallCommand: Command {
  let name = "recall"
  let abstract = "Measures what an individual knows of its days with an empty context."
  let discussion = """
    Bits per byte: how well the day's text is predicted, lower is better; "before" is the individual \
    as it went to sleep that night, "ceiling" has the text in its context.

    Cloze: the day's most surprising words (a tenth of those with three letters or more), given the 32 tokens before each; a word \
    counts when all of it is the model's first choice.

    Drift: how much harder held-out neutral text has become since before the first night.
    """
  let examples = ["circadian recall ada", "circadian recall ada --json"]

  let individual = Argument<String>("name", help: "Who is asked.")

  var parameters: ParameterList { individual }

  func run(_ invocation: Invocation) async throws {
    let examined = try invocation.individual(invocation[individual], access: .reading)
    let report = try Examination(examined, neutral: try .load(for: examined.core)).report()
    try invocation.report(report) {
      report.days.isEmpty
        ? "\(examined.name) has not slept yet: there is nothing to recall."
        : RecallTable.text(report)
    }
  }
}

/// A recall report as a table for a terminal.
enum RecallTable {
  static func text(_ report: RecallReport) -> String {
    var table = TextTable(
      .trailing("night"), .leading("day"), .trailing("tokens"), .trailing("bits/byte before"),
      .trailing("now"), .trailing("ceiling"), .trailing("cloze before"), .trailing("now"),
      .trailing("ceiling"), .trailing("bits/token learned"))
    for day in report.days {
      table.append(
        "\(day.night)", shortened(day.titles.joined(separator: ", ")), "\(day.tokens)",
        Readable.fixed(day.bitsPerByteBefore, 3), Readable.fixed(day.bitsPerByteNow, 3),
        Readable.fixed(day.bitsPerByteCeiling, 3), Readable.percent(day.clozeBefore),
        Readable.percent(day.clozeNow), Readable.percent(day.clozeCeiling),
        Readable.fixed(day.bitsPerToken, 2))
    }
    var lines = [
      table.text, "",
      "drift on neutral text: \(Readable.signedPercent(report.drift)) "
        + "(\(Readable.fixed(report.neutralBitsPerByteNow, 4)) bits per byte, core "
        + "\(Readable.fixed(report.neutralBitsPerByteCore, 4)))",
      (report.cacheBytesPerToken > 0
        ? "a token of context costs \(report.cacheBytesPerToken) bytes of working memory; "
        : "working memory is of one size, whatever the context; ")
        + "all nights together take \(Readable.bytes(report.memoryBytes))",
    ]
    let questions = report.days.compactMap(\.questions)
    let asked = questions.reduce(0) { $0 + $1.asked }
    if asked > 0 {
      let right = questions.reduce(0) { $0 + $1.now * Double($1.asked) } / Double(asked)
      lines.append(
        "of \(asked) questions that no night has studied \(Readable.percent(right)) are answered")
    }
    if let abstention = report.abstention {
      lines.append(
        "of \(abstention.asked) that nothing answers \(Readable.percent(abstention.declined)) are declined"
      )
    }
    if let bits = report.bitsPerPretrainingToken {
      lines.append(
        "the core's weights are \(Readable.fixed(bits, 1)) bits for each token that it was trained on"
      )
    }
    return lines.joined(separator: "\n")
  }

  private static func shortened(_ title: String) -> String {
    title.count <= 28 ? title : title.prefix(27) + "…"
  }
}
