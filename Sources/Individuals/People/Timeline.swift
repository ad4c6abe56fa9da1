import Corpora

/// How many appearances fall in each month or year.
public struct Timeline: Encodable, Equatable, Sendable {
  public enum Unit: String, Encodable, Sendable { case month, year }

  public struct Period: Encodable, Equatable, Sendable {
    /// `2025` or `2025-10`.
    public let name: String
    public let appearances: Int
  }

  public let unit: Unit
  /// From the first to the last; those without appearances are left out where they are too many.
  public let periods: [Period]

  private static let (mostMonths, mostPeriods) = (24, 60)

  /// By month where two years hold all dates, else by year.
  public init(_ dates: [CalendarDate]) {
    let months = dates.map { $0.year * 12 + $0.month - 1 }
    guard let first = months.min(), let last = months.max() else {
      (unit, periods) = (.year, [])
      return
    }
    let unit: Unit = last - first < Self.mostMonths ? .month : .year
    let numbers = unit == .month ? months : months.map { $0 / 12 }
    let counts = Dictionary(numbers.map { ($0, 1) }, uniquingKeysWith: +)
    let range = unit == .month ? first...last : first / 12...last / 12
    let shown = range.count <= Self.mostPeriods ? Array(range) : counts.keys.sorted()
    self.unit = unit
    periods = shown.map {
      Period(name: Self.name($0, unit), appearances: counts[$0, default: 0])
    }
  }

  private static func name(_ number: Int, _ unit: Unit) -> String {
    func padded(_ value: Int, _ count: Int) -> String {
      String(repeating: "0", count: max(count - "\(value)".count, 0)) + "\(value)"
    }
    return unit == .year
      ? padded(number, 4) : "\(padded(number / 12, 4))-\(padded(number % 12 + 1, 2))"
  }
}
