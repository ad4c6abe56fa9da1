import CommandLineInterface
import Foundation
import Individuals

struct SkillsCommand: Command {
  let name = "skills"
  let abstract = "Shows what an individual can read up on when it is called for, or adds to it."
  let discussion = """
    A skill is a folder with a SKILL.md: between two lines '---' its name and a line that says when it helps, then \
    what is to be read. In a chat it is put before the user's words when these share two telling words with \
    that line, or have its name; otherwise it costs nothing.
    """
  let examples = ["circadian skills ada", "circadian skills ada --add ./tea"]

  let individual = Argument<String>("name", help: "Whose skills.")
  let add = CommandLineInterface.Option<URL?>(
    "add", completion: .folders, help: "A skill's folder, to be copied.")

  var parameters: ParameterList {
    individual
    add
  }

  private struct Item: Encodable {
    var name, description, path: String
  }

  func run(_ invocation: Invocation) async throws {
    let person = try invocation.individual(
      invocation[individual], access: invocation[add] == nil ? .reading : .exclusive)
    if let source = invocation[add] {
      invocation.note("added: \(try person.add(skillAt: source).name)")
    }
    let items = try person.skills().all.map {
      Item(name: $0.name, description: $0.description, path: $0.url.path)
    }
    try invocation.report(items) {
      var table = TextTable("skill", "helps with", "file")
      for item in items { table.append(item.name, item.description, item.path) }
      return items.isEmpty ? "\(person.name) has no skills" : table.text
    }
  }
}
