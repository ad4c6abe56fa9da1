import Foundation

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
