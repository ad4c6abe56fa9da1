extension Parser {
  /// Reads statements up to a block that begins with one of `ends`, whose name is then the next token.
  mutating func statements(until ends: Set<String>) throws -> [Statement] {
    try deeper { parser in
      var statements: [Statement] = []
      while true {
        let position = parser.position
        switch parser.token.kind {
        case .data(let text):
          parser.advance()
          statements.append(Statement(kind: .text(Text(text)), position: position))
        case .variableBegin:
          parser.advance()
          let value = try parser.tupleOrExpression()
          try parser.expect(.variableEnd)
          statements.append(Statement(kind: .output(value), position: position))
        case .end where ends.isEmpty: return statements
        case .end: throw parser.unexpected("'\(ends.min() ?? "")'")
        default:
          try parser.expect(.blockBegin)
          if case .name(let name) = parser.token.kind, ends.contains(name) { return statements }
          let kind = try parser.statement()
          try parser.expect(.blockEnd)
          statements.append(Statement(kind: kind, position: position))
        }
      }
    }
  }

  /// What stands in Jinja's documentation and not in chat templates.
  private static let unsupported: Set<String> = [
    "include", "import", "from", "extends", "block", "autoescape", "trans", "do", "debug",
  ]

  /// A statement between `{%` and the `%}` of its last tag.
  private mutating func statement() throws -> Statement.Kind {
    let position = position
    let name = try expectName()
    switch name {
    case "if": return try conditional()
    case "for": return try loop()
    case "set": return try assignment()
    case "macro": return .macro(try macro())
    case "call": return try callBlock()
    case "filter": return try filterBlock()
    case "with": return try with()
    case "generation": return .group(try body(end: "endgeneration"))
    case "break", "continue":
      guard loopDepth > 0 else {
        throw TemplateError.syntax(position, problem: "'\(name)' stands outside of a loop")
      }
      return name == "break" ? .breakLoop : .continueLoop
    case _ where Self.unsupported.contains(name):
      throw TemplateError.unsupported(position, construct: "the block '\(name)'")
    default: throw TemplateError.syntax(position, problem: "unexpected block '\(name)'")
    }
  }

  /// The statements of a block that `end` closes.
  private mutating func body(end: String) throws -> [Statement] {
    try expect(.blockEnd)
    let body = try statements(until: [end])
    advance()
    return body
  }

  private mutating func conditional() throws -> Statement.Kind {
    var branches: [(test: Expression, body: [Statement])] = []
    while true {
      let test = try tupleOrExpression(withConditional: false)
      try expect(.blockEnd)
      branches.append((test, try statements(until: ["elif", "else", "endif"])))
      let name = try expectName()
      if name == "elif" { continue }
      return .conditional(branches, otherwise: name == "else" ? try body(end: "endif") : [])
    }
  }

  private mutating func loop() throws -> Statement.Kind {
    let target = try target(inLoop: true)
    try expect(.name("in"))
    let sequence = try tupleOrExpression(withConditional: false)
    let filter = take(.name("if")) ? try expression() : nil
    if isName("recursive") {
      throw TemplateError.unsupported(position, construct: "a recursive loop")
    }
    try expect(.blockEnd)
    loopDepth += 1
    let body = try statements(until: ["else", "endfor"])
    loopDepth -= 1
    let otherwise = try expectName() == "else" ? try self.body(end: "endfor") : []
    return .loop(
      ForSyntax(
        target: target, sequence: sequence, filter: filter, body: body, otherwise: otherwise))
  }

  private mutating func assignment() throws -> Statement.Kind {
    let target = try target()
    if takeSymbol("=") { return .set(target, try tupleOrExpression()) }
    let filter = isSymbol("|") ? try filters(of: nil) : nil
    return .setBlock(target, filter, try body(end: "endset"))
  }

  /// Names for values, with commas between them.
  private mutating func target(inLoop: Bool = false) throws -> Target {
    var targets: [Target] = []
    var isTuple = false
    repeat {
      if case .blockEnd = token.kind { break }
      if isSymbol("=") || (inLoop && isName("in")) { break }
      if takeSymbol("(") {
        targets.append(try deeper { try $0.target(inLoop: inLoop) })
        try expectSymbol(")")
      } else {
        let name = try assignableName()
        let isAttribute = !inLoop && takeSymbol(".")
        targets.append(isAttribute ? .attribute(name, try expectName()) : .name(name))
      }
      if isSymbol(",") { isTuple = true }
    } while takeSymbol(",")
    guard let first = targets.first else { throw unexpected("a name") }
    return isTuple ? .tuple(targets) : first
  }

  private mutating func assignableName() throws -> String {
    let constants: Set = ["true", "false", "none", "True", "False", "None"]
    if case .name(let name) = token.kind, constants.contains(name) {
      throw error("'\(name)' cannot be given a value")
    }
    return try expectName()
  }

  private mutating func macro() throws -> MacroSyntax {
    let name = try assignableName()
    let parameters = try parameters()
    return try macro(name, parameters, end: "endmacro")
  }

  private mutating func macro(
    _ name: String, _ parameters: [(name: String, standard: Expression?)], end: String
  ) throws -> MacroSyntax {
    let outer = loopDepth
    loopDepth = 0
    defer { loopDepth = outer }
    let start = index
    let body = try body(end: end)
    return MacroSyntax(
      name: name, parameters: parameters, body: body, names: names(from: start))
  }

  private mutating func parameters() throws -> [(name: String, standard: Expression?)] {
    var parameters: [(name: String, standard: Expression?)] = []
    try expectSymbol("(")
    while !isSymbol(")") {
      if !parameters.isEmpty { try expectSymbol(",") }
      let name = try assignableName()
      if takeSymbol("=") {
        parameters.append((name, try expression()))
      } else if parameters.last?.standard != nil {
        throw error("a parameter without a default follows one with a default")
      } else {
        parameters.append((name, nil))
      }
    }
    advance()
    return parameters
  }

  private mutating func callBlock() throws -> Statement.Kind {
    let parameters = isSymbol("(") ? try parameters() : []
    let call = try expression()
    guard case .call = call.kind else {
      throw TemplateError.syntax(call.position, problem: "a call is missing")
    }
    return .callBlock(call, try macro("caller", parameters, end: "endcall"))
  }

  private mutating func filterBlock() throws -> Statement.Kind {
    let filter = try filters(of: nil, isStarted: true)
    return .filterBlock(filter, try body(end: "endfilter"))
  }

  private mutating func with() throws -> Statement.Kind {
    var values: [(Target, Expression)] = []
    while token.kind != .blockEnd {
      if !values.isEmpty { try expectSymbol(",") }
      let name = try assignableName()
      try expectSymbol("=")
      values.append((.name(name), try expression()))
    }
    return .with(values, try body(end: "endwith"))
  }
}
