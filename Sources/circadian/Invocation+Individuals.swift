import CommandLineInterface
import Foundation
import Individuals

extension Invocation {
  /// Opens the individual called `name` in this invocation's home.
  func individual(_ name: String, access: Individual.Access = .exclusive) throws -> Individual {
    let individual = try Individual.open(name: name, in: Home(root: home), access: access)
    try individual.core.verify()
    return individual
  }
}

/// Shares, bits and times as a person reads them.
enum Readable {
  static func percent(_ share: Double) -> String { fixed(share * 100, 1) + "%" }

  static func signedPercent(_ share: Double) -> String {
    (share >= 0 ? "+" : "") + percent(share)
  }

  /// A number with a fixed count of decimals.
  static func fixed(_ value: Double, _ places: Int) -> String {
    value.formatted(.number.precision(.fractionLength(places)).grouping(.never))
  }

  static func bytes(_ count: Int) -> String {
    count < 10_000
      ? "\(count) B"
      : count < 10_000_000 ? "\((count + 500) / 1000) kB" : "\((count + 500_000) / 1_000_000) MB"
  }
}
