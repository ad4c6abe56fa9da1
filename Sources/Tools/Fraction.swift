/// A fraction in lowest terms with a positive denominator; what does not fit into 128 bits is nil.
struct Fraction: Equatable {
  let numerator, denominator: Int128

  static let half = Fraction(lowest: 1, 2)

  init(_ whole: Int128) { self.init(lowest: whole, 1) }

  private init(lowest numerator: Int128, _ denominator: Int128) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// Nil for a denominator of 0, and where a sign cannot be turned.
  init?(_ numerator: Int128, over denominator: Int128) {
    guard denominator != 0, numerator != .min, denominator != .min else { return nil }
    let divisor = Self.commonDivisor(numerator.magnitude, denominator.magnitude)
    let sign: Int128 = denominator < 0 ? -1 : 1
    self.init(lowest: sign * numerator / divisor, sign * denominator / divisor)
  }

  /// Both are at most `Int128.max`, and so is the divisor.
  private static func commonDivisor(_ a: UInt128, _ b: UInt128) -> Int128 {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return Int128(a)
  }

  static func powerOfTen(_ exponent: Int) -> Int128? {
    guard (0...38).contains(exponent) else { return nil }
    return (0..<exponent).reduce(1) { power, _ in power * 10 }
  }

  var double: Double { Double(numerator) / Double(denominator) }

  func negated() -> Fraction { Fraction(lowest: -numerator, denominator) }

  func adding(_ other: Fraction) -> Fraction? {
    // Over the least common denominator, which overflows later than the product does.
    let divisor = Self.commonDivisor(denominator.magnitude, other.denominator.magnitude)
    guard let left = numerator.times(other.denominator / divisor),
      let right = other.numerator.times(denominator / divisor),
      let bottom = denominator.times(other.denominator / divisor)
    else { return nil }
    let (sum, overflows) = left.addingReportingOverflow(right)
    return overflows ? nil : Fraction(sum, over: bottom)
  }

  func multiplied(by other: Fraction) -> Fraction? {
    // Shortened crosswise first, so that nothing overflows that need not.
    guard let a = Fraction(numerator, over: other.denominator),
      let b = Fraction(other.numerator, over: denominator),
      let top = a.numerator.times(b.numerator), let bottom = a.denominator.times(b.denominator)
    else { return nil }
    return Fraction(top, over: bottom)
  }

  func inverse() -> Fraction? { Fraction(denominator, over: numerator) }

  /// Nil also for a divisor of 0.
  func modulo(_ divisor: Fraction) -> Fraction? {
    guard let quotient = divisor.inverse().flatMap(multiplied) else { return nil }
    var whole = quotient.numerator / quotient.denominator
    if quotient.numerator < 0, whole * quotient.denominator != quotient.numerator { whole -= 1 }
    return Fraction(whole).multiplied(by: divisor).flatMap { adding($0.negated()) }
  }

  func raised(to exponent: Int128) -> Fraction? {
    guard exponent >= 0 else { return inverse()?.raised(to: -exponent) }
    var result = Fraction(1)
    var square = self
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 {
        guard let product = result.multiplied(by: square) else { return nil }
        result = product
      }
      rest >>= 1
      guard rest > 0 else { break }
      guard let next = square.multiplied(by: square) else { return nil }
      square = next
    }
    return result
  }

  /// Nil where the root is no fraction.
  func exactSquareRoot() -> Fraction? {
    guard let top = numerator.exactSquareRoot(), let bottom = denominator.exactSquareRoot() else {
      return nil
    }
    return Fraction(lowest: top, bottom)
  }
}

extension Int128 {
  fileprivate func times(_ other: Int128) -> Int128? {
    let (product, overflows) = multipliedReportingOverflow(by: other)
    return overflows ? nil : product
  }

  fileprivate func exactSquareRoot() -> Int128? {
    guard self >= 0 else { return nil }
    // A Double's root is off by at most a few thousand for the largest; Newton's steps mend that.
    var root = Int128(Double(self).squareRoot())
    for _ in 0..<3 where root > 0 { root = (root + self / root) / 2 }
    let candidates = Swift.max(root - 1, 0)...root + 1
    return candidates.first { $0.times($0) == self }
  }
}
