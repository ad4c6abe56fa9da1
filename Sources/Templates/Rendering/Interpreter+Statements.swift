extension Interpreter {
  func execute(_ statements: [Statement]) throws -> Flow {
    for statement in statements {
      let flow = try deeper(statement.position) { try execute(statement.kind) }
      if flow != .goOn { return flow }
    }
    return .goOn
  }

  private func execute(_ statement: Statement.Kind) throws -> Flow {
    switch statement {
    case .text(let text): try write(text)
    case .output(let expression):
      let value = try evaluate(expression)
      try spend(on: value)
      try write(value.written)
    case .conditional(let branches, let otherwise):
      for branch in branches where try evaluate(branch.test).isTrue {
        return try execute(branch.body)
      }
      return try execute(otherwise)
    case .loop(let loop): try execute(loop)
    case .set(let target, let value): try assign(evaluate(value), to: target)
    case .setBlock(let target, let filter, let body):
      let text = try capture { try inScope { _ = try execute(body) } }
      try assign(try filtered(text, by: filter), to: target)
    case .macro(let macro): scope.values[macro.name] = .function(function(macro))
    case .callBlock(let call, let caller): try callBlock(call, caller)
    case .filterBlock(let filter, let body):
      let text = try capture { try inScope { _ = try execute(body) } }
      try write(try filtered(text, by: filter).written)
    case .with(let values, let body):
      let evaluated = try values.map { ($0.0, try evaluate($0.1)) }
      return try inScope {
        for (target, value) in evaluated { try assign(value, to: target) }
        return try execute(body)
      }
    case .group(let body): return try inScope { try execute(body) }
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    }
    return .goOn
  }

  private func filtered(_ text: Text, by filter: Expression?) throws -> Value {
    guard let filter else { return .string(text) }
    return try evaluate(filter, block: .string(text))
  }

  /// Walks through a sequence; what is set within a turn is forgotten after it.
  private func execute(_ syntax: ForSyntax) throws {
    var elements = try elements(of: evaluate(syntax.sequence))
    if let filter = syntax.filter {
      elements = try elements.filter { element in
        try inScope {
          try assign(element, to: syntax.target)
          return try evaluate(filter).isTrue
        }
      }
    }
    if elements.isEmpty {
      _ = try inScope { try execute(syntax.otherwise) }
      return
    }
    let loop = Loop(Items(elements))
    for index in elements.indices {
      try spend(1)
      loop.index = index
      let flow = try inScope(["loop": .loop(loop)]) {
        try assign(elements[index], to: syntax.target)
        return try execute(syntax.body)
      }
      if flow == .breakLoop { break }
    }
  }

  func assign(_ value: Value, to target: Target) throws {
    switch target {
    case .name(let name): scope.values[name] = value
    case .attribute(let name, let attribute):
      guard case .namespace(let namespace) = try self.value(of: name) else {
        throw error("'\(name)' is no namespace: its attributes cannot be set")
      }
      guard !attribute.hasPrefix("_") else { throw error("a namespace has no '\(attribute)'") }
      namespace.attributes[attribute] = value
    case .tuple(let targets):
      let values = try elements(of: value)
      guard values.count == targets.count else {
        throw error("\(values.count) values cannot be given to \(targets.count) names")
      }
      for (value, target) in zip(values, targets) { try assign(value, to: target) }
    }
  }

  /// The elements that a loop walks through: a mapping's keys, a text's characters.
  func elements(of value: Value) throws -> [Value] {
    let elements: [Value]
    switch value {
    case .list(let items), .tuple(let items), .iterator(let items): elements = items.values
    case .mapping(let mapping): elements = mapping.keys
    case .string(let text):
      try spend(text.count)
      elements = text.points.map { .string(Text(points: [$0])) }
    case .undefined: elements = []
    case .loop(let loop): elements = loop.items.values
    default: throw error("a value of type \(value.typeName) has no elements")
    }
    try spend(elements.count)
    return elements
  }
}

/// What `loop` is in a loop.
final class Loop {
  let items: Items
  var index = 0
  private var lastChecked: [Text]?

  init(_ items: Items) { self.items = items }

  func attribute(_ name: String) -> Value? {
    let count = items.values.count
    switch name {
    case "index": return .integer(index + 1)
    case "index0": return .integer(index)
    case "revindex": return .integer(count - index)
    case "revindex0": return .integer(count - index - 1)
    case "first": return .boolean(index == 0)
    case "last": return .boolean(index == count - 1)
    case "length": return .integer(count)
    case "depth": return .integer(1)
    case "depth0": return .integer(0)
    case "previtem":
      return index > 0 ? items.values[index - 1] : .undefined("there is no previous item")
    case "nextitem":
      return index + 1 < count ? items.values[index + 1] : .undefined("there is no next item")
    case "cycle":
      return .function(
        Function("cycle") { [index] interpreter, arguments in
          guard !arguments.positional.isEmpty else {
            throw interpreter.error("no items for cycling given")
          }
          return arguments.positional[index % arguments.positional.count]
        })
    case "changed":
      return .function(
        Function("changed", holding: .loop(self)) { [self] interpreter, arguments in
          // Texts and not the values: those could hold this loop.
          let checked = try arguments.positional.map {
            try interpreter.spend(on: $0)
            return $0.literal
          }
          defer { lastChecked = checked }
          return .boolean(lastChecked != checked)
        })
    default: return nil
    }
  }
}
