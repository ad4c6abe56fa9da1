import Foundation

extension Value {
  init(_ number: Number) {
    switch number {
    case .integer(let value): self = .integer(value)
    case .float(let value): self = .float(value)
    }
  }
}

extension Interpreter {
  func negated(_ value: Value, at position: TemplatePosition) throws -> Value {
    self.position = position
    switch value.number {
    case .integer(let value):
      guard value != .min else { throw tooLarge }
      return .integer(-value)
    case .float(let value): return .float(-value)
    case nil: throw operandError("-", value)
    }
  }

  private var tooLarge: TemplateError { error("the number is too large") }

  private func operandError(_ symbol: String, _ values: Value...) -> TemplateError {
    for case .undefined(let problem) in values { return error(problem) }
    let types = values.map(\.typeName).joined(separator: " and ")
    return error("'\(symbol)' does not work for \(types)")
  }

  func operation(_ symbol: String, _ left: Value, _ right: Value) throws -> Value {
    if symbol == "%", case .string(let format) = left {
      return .string(try PercentFormat(self).text(format, right))
    }
    if let left = left.number, let right = right.number {
      return try operation(symbol, left, right)
    }
    switch (symbol, left, right) {
    case ("+", .string(let left), .string(let right)):
      try checkLength(left.count + right.count)
      return .string(left + right)
    case ("+", .list(let left), .list(let right)):
      try spend(left.values.count + right.values.count)
      return .list(left.values + right.values)
    case ("+", .tuple(let left), .tuple(let right)):
      try spend(left.values.count + right.values.count)
      return .tuple(left.values + right.values)
    case ("*", _, _): return try product(left, right)
    default: throw operandError(symbol, left, right)
    }
  }

  private func product(_ left: Value, _ right: Value) throws -> Value {
    let (value, number) = left.number == nil ? (left, right.number) : (right, left.number)
    guard case .integer(let times)? = number else { throw operandError("*", left, right) }
    func length(_ count: Int) throws -> Int {
      let (length, isOverflow) = count.multipliedReportingOverflow(by: max(times, 0))
      try checkLength(isOverflow ? .max : length)
      return max(times, 0)
    }
    switch value {
    case .string(let text):
      let times = try length(text.count)
      return .string(Text(points: (0..<(text.isEmpty ? 0 : times)).flatMap { _ in text.points }))
    case .list(let items):
      let times = try length(items.values.count)
      return .list((0..<(items.values.isEmpty ? 0 : times)).flatMap { _ in items.values })
    case .tuple(let items):
      let times = try length(items.values.count)
      return .tuple((0..<(items.values.isEmpty ? 0 : times)).flatMap { _ in items.values })
    default: throw operandError("*", left, right)
    }
  }

  private func operation(_ symbol: String, _ left: Number, _ right: Number) throws -> Value {
    if case .integer(let left) = left, case .integer(let right) = right, symbol != "/" {
      return try operation(symbol, left, right)
    }
    let (left, right) = (left.float, right.float)
    switch symbol {
    case "+": return .float(left + right)
    case "-": return .float(left - right)
    case "*": return .float(left * right)
    case "**": return .float(pow(left, right))
    default: break
    }
    guard right != 0 else { throw error("division by zero") }
    switch symbol {
    case "/": return .float(left / right)
    case "//": return .float((left / right).rounded(.down))
    default:
      let rest = left.truncatingRemainder(dividingBy: right)
      return .float(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest)
    }
  }

  private func operation(_ symbol: String, _ left: Int, _ right: Int) throws -> Value {
    let result: (partialValue: Int, overflow: Bool)
    switch symbol {
    case "+": result = left.addingReportingOverflow(right)
    case "-": result = left.subtractingReportingOverflow(right)
    case "*": result = left.multipliedReportingOverflow(by: right)
    case "**":
      guard right >= 0 else {
        guard left != 0 else { throw error("division by zero") }
        return .float(pow(Double(left), Double(right)))
      }
      result = try power(left, right)
    default:
      guard right != 0 else { throw error("division by zero") }
      // Rounded down, as in Python, and not towards zero.
      result = left.dividedReportingOverflow(by: right)
      let rest = left.remainderReportingOverflow(dividingBy: right).partialValue
      let isBelow = rest != 0 && (rest < 0) != (right < 0)
      if symbol == "%" { return .integer(isBelow ? rest + right : rest) }
      if isBelow { return .integer(result.partialValue - 1) }
    }
    guard !result.overflow else { throw tooLarge }
    return .integer(result.partialValue)
  }

  private func power(_ base: Int, _ exponent: Int) throws -> (partialValue: Int, overflow: Bool) {
    if base == 0 || base == 1 { return (exponent == 0 ? 1 : base, false) }
    if base == -1 { return (exponent % 2 == 0 ? 1 : -1, false) }
    guard exponent < 64 else { return (0, true) }
    var product = 1
    for _ in 0..<exponent {
      let (next, isOverflow) = product.multipliedReportingOverflow(by: base)
      if isOverflow { return (0, true) }
      product = next
    }
    return (product, false)
  }

  func comparison(_ symbol: String, _ left: Value, _ right: Value) throws -> Bool {
    switch symbol {
    case "==", "!=":
      try spendOnComparison(left)
      return (left == right) == (symbol == "==")
    case "in": return try contains(right, left)
    case "not in": return !(try contains(right, left))
    case "<": return try precedes(left, right, symbol)
    case ">": return try precedes(right, left, symbol)
    case "<=": return left == right ? true : try precedes(left, right, symbol)
    default: return left == right ? true : try precedes(right, left, symbol)
    }
  }

  private func spendOnComparison(_ value: Value) throws {
    try spend(value.weight / 8)
  }

  func precedes(_ left: Value, _ right: Value, _ symbol: String = "<") throws -> Bool {
    try spendOnComparison(left)
    guard let precedes = left.precedes(right) else { throw operandError(symbol, left, right) }
    return precedes
  }

  func contains(_ container: Value, _ value: Value) throws -> Bool {
    switch (container, value) {
    case (.string(let text), .string(let part)):
      try spendOnSearch(text, part)
      return text.firstIndex(of: part) != nil
    case (.string, _): throw operandError("in", value, container)
    case (.mapping(let mapping), _):
      guard value.isHashable else { throw error("a \(value.typeName) cannot be a key") }
      return mapping[value] != nil
    default:
      try spendOnComparison(container)
      return try elements(of: container).contains(value)
    }
  }
}
