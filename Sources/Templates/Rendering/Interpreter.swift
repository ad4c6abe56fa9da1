#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Runs a template once.
final class Interpreter {
  /// What a statement asks of the loop around it.
  enum Flow {
    case goOn, breakLoop, continueLoop
  }

  let limits: TemplateLimits
  let now: () -> Date
  var scope: Scope
  /// Where the expression or statement stands that is being run.
  var position = TemplatePosition(line: 1, column: 1)
  private(set) var output = Text()
  private var steps = 0
  private var depth = 0
  /// Scopes and namespaces can hold each other in circles, which are opened at the end.
  var scopes: [Scope] = []
  var namespaces: [Namespace] = []

  init(
    _ context: [String: TemplateValue], _ limits: TemplateLimits, _ now: @escaping () -> Date
  ) {
    scope = Scope(parent: nil)
    scope.values = context.mapValues { Value($0) }
    self.limits = limits
    self.now = now
  }

  func run(_ statements: [Statement]) throws -> Text {
    defer {
      for scope in scopes {
        scope.values = [:]
        scope.parent = nil
      }
      for namespace in namespaces { namespace.attributes = [:] }
    }
    _ = try execute(statements)
    return output
  }

  func error(_ problem: String) -> TemplateError { .evaluation(position, problem: problem) }

  func unsupported(_ construct: String) -> TemplateError {
    .unsupported(position, construct: construct)
  }

  /// Counts steps: a character written or made, an element walked through, an expression.
  func spend(_ count: Int) throws {
    let (sum, isOverflow) = steps.addingReportingOverflow(max(count, 0))
    steps = sum
    guard !isOverflow, steps <= limits.steps else {
      throw TemplateError.limit(position, problem: "the template takes too many steps")
    }
  }

  /// Refuses a text of so many characters before it is made, where that is too many.
  ///
  /// `new` are those that were not counted before; all, when it is left out.
  func checkLength(_ count: Int, new: Int? = nil) throws {
    guard count <= limits.characters else {
      throw TemplateError.limit(position, problem: "the text is too long")
    }
    try spend(new ?? count)
  }

  /// Counts a search, whose time grows with both texts.
  func spendOnSearch(_ text: Text, _ part: Text) throws {
    let (product, isOverflow) = text.count.multipliedReportingOverflow(by: part.count)
    try spend(isOverflow ? .max : text.count / 8 + product / 16)
  }

  /// Counts work on a value that is written, compared or changed as a whole.
  func spend(on value: Value) throws { try spend(value.weight / 2) }

  /// Runs what stands one level deeper, with the place told back afterwards.
  func deeper<Result>(_ position: TemplatePosition, _ body: () throws -> Result) throws -> Result {
    self.position = position
    guard depth < limits.depth else {
      throw TemplateError.limit(position, problem: "the template goes too deep")
    }
    try spend(1)
    depth += 1
    defer { depth -= 1 }
    return try body()
  }

  func write(_ text: Text) throws {
    try checkLength(output.count + text.count, new: text.count)
    output += text
  }

  /// What `body` writes, instead of writing it.
  func capture(_ body: () throws -> Void) throws -> Text {
    let outer = output
    output = Text()
    defer { output = outer }
    try body()
    return output
  }

  /// Runs `body` with names of its own.
  func inScope<Result>(
    of parent: Scope? = nil, _ values: [String: Value] = [:], _ body: () throws -> Result
  ) throws -> Result {
    let outer = scope
    scope = Scope(parent: parent ?? outer)
    scope.values = values
    defer { scope = outer }
    return try body()
  }

  func value(of name: String) throws -> Value {
    var next: Scope? = scope
    while let scope = next {
      if let value = scope.values[name] { return value }
      try spend(1)
      next = scope.parent
    }
    return Globals.byName[name].map { Value.function(Function(name, $0)) }
      ?? .undefined("'\(name)' is undefined")
  }
}

/// Names and their values, in a block or a call.
final class Scope {
  var values: [String: Value] = [:]
  var parent: Scope?

  init(parent: Scope?) { self.parent = parent }
}
