import Training

/// Something that was measured, and what it was expected to be.
public struct Finding: Sendable, Codable, Equatable {
  /// What a value must be for the claim to hold.
  public enum Expectation: Sendable, Codable, Equatable {
    /// At most `within` away.
    case near(Double, within: Double)
    case atMost(Double)
    case atLeast(Double)
  }

  public var name: String
  /// One for every seed, or a single one.
  public var values: [Double]
  /// nil where it is only told.
  public var expectation: Expectation?

  public init(_ name: String, _ values: [Double], _ expectation: Expectation? = nil) {
    self.name = name
    self.values = values
    self.expectation = expectation
  }

  public init(_ name: String, _ value: Double, _ expectation: Expectation? = nil) {
    self.init(name, [value], expectation)
  }

  public var mean: Double { values.reduce(0, +) / Double(max(values.count, 1)) }

  /// Whether the mean is as expected; what is not a number never is.
  public var holds: Bool {
    switch expectation {
    case .near(let value, let tolerance): abs(mean - value) <= tolerance
    case .atMost(let value): mean <= value
    case .atLeast(let value): mean >= value
    case nil: true
    }
  }

  /// How far the mean is from the value that it is to be near to, as a share of it.
  var deviation: Double? {
    guard case .near(let value, _) = expectation, value != 0 else { return nil }
    return abs(mean - value) / abs(value)
  }

  var expected: String {
    switch expectation {
    case .near(let value, 0): "\(LinePlot.digits(value))"
    case .near(let value, let tolerance):
      "\(LinePlot.digits(value)) +- \(LinePlot.digits(tolerance))"
    case .atMost(let value): "at most \(LinePlot.digits(value))"
    case .atLeast(let value): "at least \(LinePlot.digits(value))"
    case nil: ""
    }
  }
}

/// Whether a claim holds, which follows from what was found.
public enum Verdict: Sendable, Codable, Equatable, CustomStringConvertible {
  case holds
  /// Every expectation is met; the figures that it was held to are missed by this share at most.
  case holdsWithin(Double)
  /// These were not as expected.
  case doesNotHold([String])

  /// Figures that are missed by less are met to the digits given.
  private static let exact = 5e-4

  public init(_ findings: [Finding]) {
    let missed = findings.filter { !$0.holds }.map(\.name)
    let deviation = findings.compactMap(\.deviation).max() ?? 0
    self =
      !missed.isEmpty
      ? .doesNotHold(missed) : deviation <= Self.exact ? .holds : .holdsWithin(deviation)
  }

  public var holds: Bool {
    if case .doesNotHold = self { false } else { true }
  }

  public var description: String {
    switch self {
    case .holds: "holds"
    case .holdsWithin(let share):
      "holds within \(ReportNumber.fixed(share * 100, share < 0.01 ? 2 : 1))%"
    case .doesNotHold: "does not hold"
    }
  }
}
