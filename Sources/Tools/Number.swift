import Foundation

/// A number of a calculation: a fraction as long as that fits, otherwise a `Double`.
enum Number: Equatable {
  case exact(Fraction)
  case rounded(Double)

  /// - Throws: `.tooLarge` where the digits before the point do not fit into 128 bits.
  init(digits: String, places: Int) throws(CalculatorError) {
    let significant = digits.drop { $0 == "0" }
    if let numerator = significant.isEmpty ? 0 : Int128(significant),
      let denominator = Fraction.powerOfTen(places),
      let fraction = Fraction(numerator, over: denominator)
    {
      self = .exact(fraction)
    } else if places > 0, let value = Double("\(digits)e-\(places)") {
      self = try Self.checked(value)
    } else {
      throw .tooLarge
    }
  }

  private init(_ whole: Int128) { self = .exact(Fraction(whole)) }

  var double: Double {
    switch self {
    case .exact(let fraction): fraction.double
    case .rounded(let value): value
    }
  }

  private var isZero: Bool { double == 0 }

  /// Nil unless it is a whole number that is known exactly.
  private var whole: Int128? {
    if case .exact(let fraction) = self, fraction.denominator == 1 {
      fraction.numerator
    } else {
      nil
    }
  }

  private static func checked(_ value: Double) throws(CalculatorError) -> Number {
    guard value.isFinite else { throw .tooLarge }
    return .rounded(value)
  }

  /// The exact result of an operation, or the rounded one where a fraction grows too long.
  ///
  /// - Throws: `.tooLarge` where two whole numbers give one too large: its last digits would be wrong.
  private func combined(
    with other: Number, _ exact: (Fraction, Fraction) -> Fraction?,
    _ rounded: (Double, Double) -> Double
  ) throws(CalculatorError) -> Number {
    if case .exact(let a) = self, case .exact(let b) = other {
      if let result = exact(a, b) { return .exact(result) }
      if a.denominator == 1, b.denominator == 1 { throw .tooLarge }
    }
    return try Self.checked(rounded(double, other.double))
  }

  func negated() throws(CalculatorError) -> Number {
    try Number(0).combined(with: self, { $0.adding($1.negated()) }, -)
  }

  func adding(_ other: Number) throws(CalculatorError) -> Number {
    try combined(with: other, { $0.adding($1) }, +)
  }

  func multiplied(by other: Number) throws(CalculatorError) -> Number {
    try combined(with: other, { $0.multiplied(by: $1) }, *)
  }

  func divided(by other: Number) throws(CalculatorError) -> Number {
    guard !other.isZero else { throw .divisionByZero }
    return try combined(with: other, { a, b in b.inverse().flatMap(a.multiplied) }, /)
  }

  /// What is left of this after taking away whole multiples of `other`; it has the sign of `other`.
  func modulo(_ other: Number) throws(CalculatorError) -> Number {
    guard !other.isZero else { throw .divisionByZero }
    return try combined(with: other, { $0.modulo($1) }, Self.modulo)
  }

  private static func modulo(_ a: Double, _ b: Double) -> Double {
    let rest = fmod(a, b)
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
  }

  func raised(to exponent: Number) throws(CalculatorError) -> Number {
    if isZero, exponent.double < 0 { throw .divisionByZero }
    if case .exact(let base) = self, let whole = exponent.whole {
      if let power = base.raised(to: whole) { return .exact(power) }
      if base.denominator == 1, whole > 0 { throw .tooLarge }
    }
    if exponent == .exact(Fraction.half) { return try squareRoot() }
    let power = pow(double, exponent.double)
    if power.isNaN { throw .rootOfNegative }
    return try Self.checked(power)
  }

  func squareRoot() throws(CalculatorError) -> Number {
    guard double >= 0 else { throw .rootOfNegative }
    if case .exact(let fraction) = self, let root = fraction.exactSquareRoot() {
      return .exact(root)
    }
    return try Self.checked(double.squareRoot())
  }
}
