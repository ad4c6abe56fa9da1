import CommandLineInterface
import Foundation
import Individuals

extension Invocation {
  /// Opens the individual called `name` in this invocation's home, or in another.
  func individual(
    _ name: String, in home: URL? = nil, access: Individual.Access = .exclusive
  ) throws -> Individual {
    let individual = try Individual.open(
      name: name, in: Home(root: home ?? self.home), access: access)
    try individual.core.verify()
    return individual
  }
}
