extension Parser {
  /// Attributes, elements and calls of a value.
  mutating func postfix(_ value: Expression) throws -> Expression {
    var value = value
    var length = 0
    while true {
      let position = position
      length += 1
      try checkChain(length)
      if takeSymbol(".") {
        switch token.kind {
        case .name(let name): value = Expression(.attribute(value, name), position)
        case .integer(let number):
          value = Expression(.element(value, Expression(.integer(number), position)), position)
        default: throw unexpected("a name")
        }
        advance()
      } else if takeSymbol("[") {
        value = try element(of: value, position)
      } else if isSymbol("(") {
        value = Expression(.call(value, try call()), position)
      } else {
        return value
      }
    }
  }

  /// What stands between `[` and `]`: a key or a slice.
  private mutating func element(
    of value: Expression, _ position: TemplatePosition
  ) throws -> Expression {
    var bounds: [Expression?] = [nil]
    while !takeSymbol("]") {
      if isSymbol(",") {
        throw TemplateError.unsupported(self.position, construct: "a subscript with commas")
      }
      if takeSymbol(":") {
        guard bounds.count < 3 else { throw unexpected("']'") }
        bounds.append(nil)
      } else if bounds[bounds.count - 1] == nil {
        bounds[bounds.count - 1] = try expression()
      } else {
        throw unexpected("']'")
      }
    }
    guard bounds.count == 1 else {
      return Expression(
        .slice(value, start: bounds[0], stop: bounds[1], step: bounds.count > 2 ? bounds[2] : nil),
        position)
    }
    guard let key = bounds[0] else { throw error("a subscript is empty") }
    return Expression(.element(value, key), position)
  }

  /// What stands between the brackets of a call, brackets included.
  mutating func call() throws -> CallSyntax {
    var call = CallSyntax()
    try expectSymbol("(")
    while !takeSymbol(")") {
      if !call.positional.isEmpty || !call.named.isEmpty {
        try expectSymbol(",")
        if takeSymbol(")") { break }
      }
      if isSymbol("*") || isSymbol("**") {
        throw TemplateError.unsupported(position, construct: "'*' in a call")
      }
      if case .name(let name) = token.kind, following == .symbol("=") {
        advance()
        advance()
        call.named.append((name, try expression()))
      } else if call.named.isEmpty {
        call.positional.append(try expression())
      } else {
        throw error("a value without a name follows one with a name")
      }
    }
    return call
  }

  /// The filters, tests and calls that follow a value.
  mutating func filtersAndTests(_ value: Expression) throws -> Expression {
    var value = value
    var length = 0
    while true {
      length += 1
      try checkChain(length)
      if isSymbol("|") {
        value = try filters(of: value)
      } else if isName("is") {
        value = try test(value)
      } else if isSymbol("(") {
        let position = position
        value = Expression(.call(value, try call()), position)
      } else {
        return value
      }
    }
  }

  /// `|filter(...)`, as often as it follows; the first may have its bar already read.
  mutating func filters(of value: Expression?, isStarted: Bool = false) throws -> Expression {
    var value = value
    var length = 0
    while (isStarted && length == 0) || takeSymbol("|") {
      length += 1
      try checkChain(length)
      let position = position
      let name = try dottedName()
      let arguments = isSymbol("(") ? try call() : CallSyntax()
      guard Filters.byName[name] != nil else {
        throw TemplateError.unsupported(position, construct: "the filter '\(name)'")
      }
      value = Expression(.filter(value, name, arguments), position)
    }
    guard let value else { throw unexpected("a filter") }
    return value
  }

  private mutating func dottedName() throws -> String {
    var name = try expectName()
    while takeSymbol(".") { name += "." + (try expectName()) }
    return name
  }

  private mutating func test(_ value: Expression) throws -> Expression {
    advance()
    let isNegated = take(.name("not"))
    let position = position
    let name = try dottedName()
    var arguments = CallSyntax()
    if isSymbol("(") {
      arguments = try call()
    } else if startsArgument {
      if isName("is") { throw error("'is' cannot follow 'is'") }
      arguments.positional = [try postfix(try primary())]
    }
    guard ValueTests.byName[name] != nil else {
      throw TemplateError.unsupported(position, construct: "the test '\(name)'")
    }
    return Expression(.test(value, name, arguments, isNegated: isNegated), position)
  }

  /// Whether the next token is what a test is given without brackets.
  private var startsArgument: Bool {
    switch token.kind {
    case .name(let name): !["else", "or", "and"].contains(name)
    case .string, .integer, .float: true
    case .symbol(let symbol): ["[", "{"].contains(symbol)
    default: false
    }
  }
}
