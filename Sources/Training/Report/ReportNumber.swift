import Foundation

/// How numbers are written in reports.
public enum ReportNumber {
  static func short(_ value: Double) -> String { fixed(value, 2) }

  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }

  static func signed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%+.\(decimals)f", value)
  }

  /// "12,738,560".
  static func grouped(_ value: Int) -> String {
    let digits = String(value.magnitude)
    let groups = digits.enumerated().map { index, digit in
      index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : "\(digit)"
    }
    return (value < 0 ? "-" : "") + groups.joined()
  }

  /// "2025-11-20 13:25 UTC".
  static func date(_ date: Date) -> String {
    date.formatted(.iso8601).prefix(16).replacingOccurrences(of: "T", with: " ") + " UTC"
  }
}
