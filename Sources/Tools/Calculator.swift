/// Works out an arithmetic expression: `512 + 349` gives `861`.
///
/// `+`, `-`, `*` or `×`, `/` or `÷`, `%` (with the sign of the divisor), `^` or `**`, `sqrt`, parentheses,
/// decimals, `1,000`. It calculates with exact fractions as long as they fit into 128 bits; roots and
/// longer fractions are rounded, whole numbers never. What is not such an expression is an error.
public struct Calculator: Tool {
  public init() {}

  public var name: String { "calculator" }
  public let purpose = "Calculates exactly: sums, products, powers, fractions."

  /// The most UTF-8 bytes of an expression.
  public static let longestExpression = 512
  /// How deeply parentheses, signs and powers may be nested.
  public static let greatestDepth = 64

  /// - Throws: ``CalculatorError``.
  public func run(_ argument: String) throws -> String {
    guard argument.utf8.count <= Self.longestExpression else {
      throw CalculatorError.tooLong(limit: Self.longestExpression)
    }
    var parser = ExpressionParser(try ExpressionToken.tokens(of: argument))
    return try parser.value().text
  }
}

/// Why an expression has no value, in the few words that a small model has room for.
public enum CalculatorError: Error, Hashable, CustomStringConvertible {
  case nothingToCalculate
  case tooLong(limit: Int)
  case tooDeep(limit: Int)
  /// `position` counts characters from 1.
  case unexpected(String, position: Int)
  case endsTooEarly
  case divisionByZero
  case tooLarge
  case rootOfNegative

  public var description: String {
    switch self {
    case .nothingToCalculate: "there is nothing to calculate"
    case .tooLong(let limit): "an expression has at most \(limit) bytes"
    case .tooDeep(let limit): "an expression is at most \(limit) levels deep"
    case .unexpected(let text, let position): "unexpected '\(text)' at character \(position)"
    case .endsTooEarly: "the expression ends too early"
    case .divisionByZero: "division by zero"
    case .tooLarge: "the number is too large"
    case .rootOfNegative: "the root of a negative number"
    }
  }
}
