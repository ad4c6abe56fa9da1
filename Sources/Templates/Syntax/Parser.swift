/// Makes statements of tokens, by recursive descent after Jinja's grammar.
struct Parser {
  private let tokens: [Token]
  private(set) var index = 0
  private var depth = 0
  /// How many loops stand around what is read; macros begin anew.
  var loopDepth = 0

  init(_ tokens: [Token]) { self.tokens = tokens }

  static func statements(_ tokens: [Token]) throws -> [Statement] {
    var parser = Parser(tokens)
    return try parser.statements(until: [])
  }

  var token: Token { tokens[index] }
  var position: TemplatePosition { token.position }
  var following: Token.Kind { tokens[min(index + 1, tokens.count - 1)].kind }

  mutating func advance() { index = min(index + 1, tokens.count - 1) }

  /// The names among the tokens from `start` on that have been read.
  func names(from start: Int) -> Set<String> {
    Set(
      tokens[start..<index].compactMap { if case .name(let name) = $0.kind { name } else { nil } })
  }

  func error(_ problem: String) -> TemplateError { .syntax(position, problem: problem) }

  func unexpected(_ wanted: String) -> TemplateError {
    error("\(wanted) is missing before \(token.kind)")
  }

  func isSymbol(_ symbol: String) -> Bool { token.kind == .symbol(symbol) }
  func isName(_ name: String) -> Bool { token.kind == .name(name) }

  mutating func take(_ kind: Token.Kind) -> Bool {
    guard token.kind == kind else { return false }
    advance()
    return true
  }

  mutating func takeSymbol(_ symbol: String) -> Bool { take(.symbol(symbol)) }

  mutating func expect(_ kind: Token.Kind) throws {
    guard take(kind) else { throw unexpected(kind.description) }
  }

  mutating func expectSymbol(_ symbol: String) throws { try expect(.symbol(symbol)) }

  mutating func expectName() throws -> String {
    guard case .name(let name) = token.kind else { throw unexpected("a name") }
    advance()
    return name
  }

  /// Reads what stands one level deeper.
  mutating func deeper<Result>(_ body: (inout Parser) throws -> Result) throws -> Result {
    guard depth < TemplateLimits.syntaxDepth else {
      throw TemplateError.limit(position, problem: "the template is nested too deeply")
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  /// Counts what follows without brackets, such as the operands of a sum.
  func checkChain(_ length: Int) throws {
    guard length < TemplateLimits.chainLength else {
      throw TemplateError.limit(position, problem: "the expression is too long")
    }
  }
}
