extension Parser {
  /// Expressions with commas between them, or one without.
  mutating func tupleOrExpression(withConditional: Bool = true) throws -> Expression {
    let position = position
    var elements: [Expression] = []
    var isTuple = false
    while !endsTuple {
      elements.append(withConditional ? try expression() : try deeper { try $0.disjunction() })
      guard takeSymbol(",") else { break }
      isTuple = true
    }
    if !isTuple, let only = elements.first { return only }
    guard !elements.isEmpty else { throw unexpected("an expression") }
    return Expression(.tuple(elements), position)
  }

  private var endsTuple: Bool {
    switch token.kind {
    case .variableEnd, .blockEnd, .end: true
    case .symbol(let symbol): symbol == ")"
    default: false
    }
  }

  /// `a if b else c`, and all that binds closer.
  mutating func expression() throws -> Expression {
    try deeper { parser in
      let position = parser.position
      var value = try parser.disjunction()
      var length = 0
      while parser.take(.name("if")) {
        length += 1
        try parser.checkChain(length)
        let test = try parser.disjunction()
        let otherwise = parser.take(.name("else")) ? try parser.expression() : nil
        value = Expression(.conditional(value, test: test, otherwise: otherwise), position)
      }
      return value
    }
  }

  /// Operands that operators join from left to right.
  private mutating func chain(
    _ operand: (inout Parser) throws -> Expression, _ symbols: Set<String>,
    by join: (String, Expression, Expression) -> Expression.Kind
  ) throws -> Expression {
    var value = try operand(&self)
    var length = 0
    while true {
      let symbol: String
      switch token.kind {
      case .symbol(let name), .name(let name): symbol = name
      default: return value
      }
      guard symbols.contains(symbol) else { return value }
      let position = position
      length += 1
      try checkChain(length)
      advance()
      value = Expression(join(symbol, value, try operand(&self)), position)
    }
  }

  mutating func disjunction() throws -> Expression {
    try chain({ try $0.conjunction() }, ["or"], by: { .or($1, $2) })
  }

  private mutating func conjunction() throws -> Expression {
    try chain({ try $0.inversion() }, ["and"], by: { .and($1, $2) })
  }

  private mutating func inversion() throws -> Expression {
    let position = position
    guard take(.name("not")) else { return try comparison() }
    return Expression(.not(try deeper { try $0.inversion() }), position)
  }

  private mutating func comparison() throws -> Expression {
    let position = position
    let first = try sum()
    var rest: [(symbol: String, operand: Expression)] = []
    while let name = takeComparison() {
      try checkChain(rest.count)
      rest.append((name, try sum()))
    }
    return rest.isEmpty ? first : Expression(.comparison(first, rest), position)
  }

  private mutating func takeComparison() -> String? {
    switch token.kind {
    case .symbol(let symbol) where ["==", "!=", "<", "<=", ">", ">="].contains(symbol):
      advance()
      return symbol
    case .name("in"):
      advance()
      return "in"
    case .name("not") where following == .name("in"):
      advance()
      advance()
      return "not in"
    default: return nil
    }
  }

  private mutating func sum() throws -> Expression {
    try chain({ try $0.concatenation() }, ["+", "-"], by: { .operation($0, $1, $2) })
  }

  private mutating func concatenation() throws -> Expression {
    let position = position
    var operands = [try product()]
    while takeSymbol("~") { operands.append(try product()) }
    return operands.count == 1 ? operands[0] : Expression(.concatenation(operands), position)
  }

  private mutating func product() throws -> Expression {
    try chain({ try $0.power() }, ["*", "/", "//", "%"], by: { .operation($0, $1, $2) })
  }

  private mutating func power() throws -> Expression {
    // From left to right in Jinja, unlike in Python.
    try chain({ try $0.unary() }, ["**"], by: { .operation($0, $1, $2) })
  }

  /// A value with its sign, attributes, calls and, unless a sign stands before it, filters and tests.
  mutating func unary(withFilters: Bool = true) throws -> Expression {
    let position = position
    var value: Expression
    if takeSymbol("-") {
      value = Expression(.negation(try deeper { try $0.unary(withFilters: false) }), position)
    } else if takeSymbol("+") {
      value = Expression(.plus(try deeper { try $0.unary(withFilters: false) }), position)
    } else {
      value = try primary()
    }
    value = try postfix(value)
    return withFilters ? try filtersAndTests(value) : value
  }

  /// A literal, a name, or what stands in brackets.
  mutating func primary() throws -> Expression {
    let position = position
    let kind = token.kind
    advance()
    switch kind {
    case .name("true"), .name("True"): return Expression(.boolean(true), position)
    case .name("false"), .name("False"): return Expression(.boolean(false), position)
    case .name("none"), .name("None"): return Expression(.none, position)
    case .name(let name): return Expression(.name(name), position)
    case .integer(let value): return Expression(.integer(value), position)
    case .float(let value): return Expression(.float(value), position)
    case .string(var text):
      while case .string(let more) = token.kind {
        text += more
        advance()
      }
      return Expression(.string(Text(text)), position)
    case .symbol("("): return try parentheses(position)
    case .symbol("["):
      return Expression(.list(try elements(until: "]") { try $0.expression() }), position)
    case .symbol("{"):
      let pairs = try elements(until: "}") { parser in
        let key = try parser.expression()
        try parser.expectSymbol(":")
        return (key, try parser.expression())
      }
      return Expression(.mapping(pairs), position)
    default:
      throw TemplateError.syntax(position, problem: "an expression is missing before \(kind)")
    }
  }

  private mutating func parentheses(_ position: TemplatePosition) throws -> Expression {
    if takeSymbol(")") { return Expression(.tuple([]), position) }
    let value = try tupleOrExpression()
    try expectSymbol(")")
    return value
  }

  private mutating func elements<Element>(
    until end: String, _ element: (inout Parser) throws -> Element
  ) throws -> [Element] {
    var elements: [Element] = []
    while !takeSymbol(end) {
      if !elements.isEmpty {
        try expectSymbol(",")
        if takeSymbol(end) { break }
      }
      elements.append(try element(&self))
    }
    return elements
  }
}
