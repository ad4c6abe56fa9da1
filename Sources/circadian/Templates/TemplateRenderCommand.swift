import CommandLineInterface
import Foundation
import Templates

struct TemplateRenderCommand: Command {
  let name = "render"
  let abstract = "Prints what a model's chat template writes."
  let discussion = """
    The template is a file in Jinja, such as a model's chat_template.jinja. What it is given is a JSON \
    object with what the template speaks of: messages, tools, add_generation_prompt, bos_token and the \
    like.
    """
  let examples = ["circadian template render chat_template.jinja --context conversation.json"]

  let file = Argument<String>("file", completion: .files, help: "The template.")
  let context = CommandLineInterface.Option<String?>(
    "context", completion: .files,
    help: "What the template is given, as a JSON object; standard input when left out.")
  let date = CommandLineInterface.Option<String?>(
    "date", help: "The day that the template takes for today, as 2025-07-24.")

  var parameters: ParameterList {
    file
    context
    date
  }

  private struct Report: Encodable { var text: String }

  func run(_ invocation: Invocation) async throws {
    let template = try Template(source: TextInput.read(invocation[file]))
    let value = try TemplateValue(json: TextInput.read(invocation[context]))
    guard case .mapping(let entries) = value else {
      throw CommandError("the context is no JSON object", exitCode: .badData)
    }
    let now = try invocation[date].map(noon(of:)) ?? Date()
    let text = try template.render(
      Dictionary(entries.map { ($0.key, $0.value) }) { _, last in last }
    ) { now }
    try invocation.report(Report(text: text)) { text }
  }

  /// Noon in the middle of the world's time zones, so that the day is the same in nearly all.
  private func noon(of day: String) throws -> Date {
    let parts = day.split(separator: "-").map { Int($0) }
    guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
      let date = DateComponents(
        calendar: Calendar(identifier: .gregorian), timeZone: .gmt, year: year, month: month,
        day: day, hour: 12
      ).date
    else { throw CommandError("--date: '\(day)' is no day such as 2025-07-24", exitCode: .usage) }
    return date
  }
}
