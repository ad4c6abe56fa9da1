/// Reads and works out an expression at once, by precedence climbing (Richards 1979).
///
/// From loose to tight: `+ -`, `* / %`, a sign, `^`, which groups from the right: -2^2 is -4 and 2^3^2 is 512.
struct ExpressionParser {
  private let tokens: [ExpressionToken]
  private var next = 0
  private var depth = 0

  init(_ tokens: [ExpressionToken]) { self.tokens = tokens }

  /// The value of all of it.
  mutating func value() throws(CalculatorError) -> Number {
    guard !tokens.isEmpty else { throw .nothingToCalculate }
    let value = try expression(atLeast: 1)
    if next < tokens.count { throw unexpected() }
    return value
  }

  /// Operands joined by operators that bind at least as tightly as `precedence`.
  private mutating func expression(atLeast precedence: Int) throws(CalculatorError) -> Number {
    var left = try signed()
    while let (tightness, operation) = nextOperation, tightness >= precedence {
      next += 1
      left = try operation(left, try expression(atLeast: tightness + 1))
    }
    return left
  }

  private typealias Operation = (Number, Number) throws(CalculatorError) -> Number

  /// The operator that comes next, if one does.
  private var nextOperation: (precedence: Int, Operation)? {
    guard next < tokens.count else { return nil }
    switch tokens[next].kind {
    case .plus: return (1, { (a, b) throws(CalculatorError) in try a.adding(b) })
    case .minus: return (1, { (a, b) throws(CalculatorError) in try a.adding(b.negated()) })
    case .times: return (2, { (a, b) throws(CalculatorError) in try a.multiplied(by: b) })
    case .divide: return (2, { (a, b) throws(CalculatorError) in try a.divided(by: b) })
    case .modulo: return (2, { (a, b) throws(CalculatorError) in try a.modulo(b) })
    default: return nil
    }
  }

  private mutating func signed() throws(CalculatorError) -> Number {
    // Counted here, because parentheses, signs and exponents all lead here again.
    depth += 1
    defer { depth -= 1 }
    if depth > Calculator.greatestDepth { throw .tooDeep(limit: Calculator.greatestDepth) }
    if take(.minus) { return try signed().negated() }
    if take(.plus) { return try signed() }
    let base = try operand()
    guard take(.power) else { return base }
    // The exponent may have a sign and powers of its own.
    return try base.raised(to: try signed())
  }

  private mutating func operand() throws(CalculatorError) -> Number {
    guard next < tokens.count else { throw .endsTooEarly }
    switch tokens[next].kind {
    case .number(let number):
      next += 1
      return number
    case .open:
      next += 1
      return try closed()
    case .squareRoot:
      next += 1
      guard take(.open) else { throw next < tokens.count ? unexpected() : .endsTooEarly }
      return try closed().squareRoot()
    default: throw unexpected()
    }
  }

  /// What stands before a closing parenthesis.
  private mutating func closed() throws(CalculatorError) -> Number {
    let value = try expression(atLeast: 1)
    guard take(.close) else { throw next < tokens.count ? unexpected() : .endsTooEarly }
    return value
  }

  private mutating func take(_ kind: ExpressionToken.Kind) -> Bool {
    guard next < tokens.count, tokens[next].kind == kind else { return false }
    next += 1
    return true
  }

  private func unexpected() -> CalculatorError {
    .unexpected(String(tokens[next].text.prefix(16)), position: tokens[next].position)
  }
}
