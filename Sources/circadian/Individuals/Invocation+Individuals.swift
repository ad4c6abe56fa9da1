import CommandLineInterface
import Individuals

extension Invocation {
  /// Opens the individual called `name` in this invocation's home.
  func individual(_ name: String, access: Individual.Access = .exclusive) throws -> Individual {
    let individual = try Individual.open(name: name, in: Home(root: home), access: access)
    try individual.core.verify()
    return individual
  }
}
