import CommandLineInterface
import Foundation
import Individuals
import Sleep

struct MemoryCommand: Command {
  let name = "memory"
  let abstract =
    "Shows an individual's memories, from the one that changes with every token to the one that never does."
  let examples = ["circadian memory ada"]

  let individual = Argument<String>("name", help: "Whose memories.")

  var parameters: ParameterList { individual }

  func run(_ invocation: Invocation) async throws {
    let person = try invocation.individual(invocation[individual], access: .reading)
    let levels = try MemoryLevel.all(of: person)
    try invocation.report(levels) { text(levels) }
  }

  private func text(_ levels: [MemoryLevel]) -> String {
    var table = TextTable(
      "memory", "changes", "holds", .trailing("size"), "last change", "recalled at the last exam")
    for level in levels {
      table.append(
        level.name, level.period, level.holds, level.bytes.map(Readable.bytes) ?? "",
        level.changedAt?.formatted(.iso8601) ?? "", level.recall ?? "")
    }
    return table.text
  }
}
