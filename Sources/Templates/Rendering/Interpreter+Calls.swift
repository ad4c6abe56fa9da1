extension Interpreter {
  func arguments(_ syntax: CallSyntax) throws -> Arguments {
    Arguments(
      positional: try syntax.positional.map { try evaluate($0) },
      named: try syntax.named.map { ($0.name, try evaluate($0.value)) })
  }

  func call(_ callee: Expression, _ syntax: CallSyntax) throws -> Value {
    let function = try evaluate(callee)
    let arguments = try arguments(syntax)
    position = callee.position
    return try call(function, arguments)
  }

  func call(_ value: Value, _ arguments: Arguments) throws -> Value {
    switch value {
    case .function(let function): return try function.call(self, arguments)
    case .undefined(let problem): throw error(problem)
    default: throw error("a \(value.typeName) cannot be called")
    }
  }

  func filter(
    _ value: Value, _ name: String, _ arguments: Arguments, at position: TemplatePosition
  ) throws -> Value {
    guard let filter = Filters.byName[name] else { throw unsupported("the filter '\(name)'") }
    self.position = position
    if case .string = value { try spend(on: value) }
    if Filters.ofTexts[name] != nil { try spend(on: value) }
    for argument in arguments.positional { try spend(argument.weight / 8) }
    if let parameters = Filters.parameters[name] {
      try arguments.check(name, parameters, self)
    }
    return try filter(self, value, arguments)
  }

  func test(
    _ value: Value, _ name: String, _ arguments: Arguments, at position: TemplatePosition
  ) throws -> Bool {
    guard let test = ValueTests.byName[name] else { throw unsupported("the test '\(name)'") }
    self.position = position
    if case .string = value { try spend(on: value) }
    return try test(self, value, arguments)
  }

  /// A macro as a value; it knows the names around its definition.
  func function(_ macro: MacroSyntax) -> Function {
    let home = scope
    scopes.append(home)
    return Function(macro.name) { interpreter, arguments in
      try interpreter.run(macro, arguments, in: home)
    }
  }

  private func run(_ macro: MacroSyntax, _ arguments: Arguments, in home: Scope) throws -> Value {
    let names = macro.parameters.map(\.name)
    var values: [String: Value] = [:]
    for (name, value) in zip(names, arguments.positional) { values[name] = value }
    var rest: [(Value, Value)] = []
    for (name, value) in arguments.named {
      guard values[name] == nil else { throw error("'\(name)' is given twice to '\(macro.name)'") }
      if names.contains(name) || (name == "caller" && macro.names.contains(name)) {
        values[name] = value
      } else {
        rest.append((.text(name), value))
      }
    }
    // Jinja takes more than there are parameters only where the macro asks for them.
    let extra = Array(arguments.positional.dropFirst(names.count))
    guard extra.isEmpty || macro.names.contains("varargs"),
      rest.isEmpty || macro.names.contains("kwargs")
    else {
      throw error("'\(macro.name)' is given more than it has parameters for")
    }
    values["varargs"] = .tuple(extra)
    values["kwargs"] = .mapping(Mapping(rest))
    let text = try capture {
      try inScope(of: home, values) {
        for parameter in macro.parameters where values[parameter.name] == nil {
          scope.values[parameter.name] =
            try parameter.standard.map { try evaluate($0) }
            ?? .undefined("'\(parameter.name)' was not given to '\(macro.name)'")
        }
        _ = try execute(macro.body)
      }
    }
    return .string(text)
  }

  /// Calls a macro with the block's body as its `caller`.
  func callBlock(_ call: Expression, _ caller: MacroSyntax) throws {
    guard case .call(let callee, let syntax) = call.kind else { return }
    let function = try evaluate(callee)
    var arguments = try arguments(syntax)
    arguments.named.append(("caller", .function(self.function(caller))))
    position = call.position
    try write(try self.call(function, arguments).written)
  }
}

/// What a call is given.
struct Arguments {
  var positional: [Value] = []
  var named: [(name: String, value: Value)] = []

  /// What the parameter at `index` with this name is given.
  func value(_ index: Int, _ name: String) -> Value? {
    if index < positional.count { return positional[index] }
    return named.first { $0.name == name }?.value
  }

  func isTrue(_ index: Int, _ name: String) -> Bool { value(index, name)?.isTrue ?? false }

  /// Refuses what a filter has no parameter for: it would be overlooked otherwise.
  func check(_ name: String, _ parameters: [String], _ interpreter: Interpreter) throws {
    if let unknown = named.first(where: { !parameters.contains($0.name) }) {
      throw interpreter.error("'\(name)' has no parameter '\(unknown.name)'")
    }
    guard positional.count <= parameters.count else {
      throw interpreter.error("'\(name)' is given more than it has parameters for")
    }
    let taken = parameters.prefix(positional.count)
    if let twice = named.first(where: { taken.contains($0.name) }) {
      throw interpreter.error("'\(twice.name)' is given twice to '\(name)'")
    }
  }

  /// The text that the parameter is given; nil without one or with `none`.
  func text(_ index: Int, _ name: String) -> Text? {
    switch value(index, name) {
    case nil, .some(.none): nil
    case .some(let value): value.written
    }
  }

  func integer(_ index: Int, _ name: String, _ interpreter: Interpreter) throws -> Int? {
    switch value(index, name) {
    case nil, .some(.none): return nil
    case .integer(let value)?: return value
    case .boolean(let value)?: return value ? 1 : 0
    case .some(let value):
      throw interpreter.error("'\(name)' must be an integer, not a \(value.typeName)")
    }
  }

  func dropFirst(_ count: Int = 1) -> Arguments {
    Arguments(positional: Array(positional.dropFirst(count)), named: named)
  }
}
