import CommandLineInterface
import Foundation
import Individuals

struct NewCommand: Command {
  let name = "new"
  let abstract = "Creates an individual."
  let discussion = """
    An individual is a folder: a journal of what it lived through, a memory for every night, and the \
    name of the core that it is built on. The core itself never changes.
    """
  let examples = ["circadian new ada", "circadian new ben --core models/stories260K.gguf"]

  let individual = Argument<String>("name", help: "Letters, digits, - and _.")
  let core = CommandLineInterface.Option<URL?>(
    "core", completion: .files,
    help: "A model to build on instead of the one that comes with the package.")

  var parameters: ParameterList {
    individual
    core
  }

  private struct Report: Encodable {
    var name, core, folder: String
  }

  func run(_ invocation: Invocation) async throws {
    let reference = try CoreReference.opening(invocation[core]?.path)
    let created = try Individual.create(
      name: invocation[individual], core: reference, in: Home(root: invocation.home))
    let report = Report(
      name: created.name, core: reference.identifier, folder: created.folder.path)
    try invocation.report(report) {
      """
      \(report.name) was created in \(report.folder).
      Give it something to read: circadian read \(report.name) FILE
      """
    }
  }
}
