extension Interpreter {
  /// `value.name`: a method or, of a mapping, the value of a key.
  func attribute(_ name: String, of value: Value) throws -> Value {
    try attribute(name, of: value, prefersKeys: false)
  }

  /// `value[key]`, where a key of a mapping comes before a method of that name.
  func element(_ key: Value, of value: Value) throws -> Value {
    switch (value, key) {
    case (.undefined(let problem), _): throw error(problem)
    case (.list(let items), _) where key.number != nil,
      (.tuple(let items), _) where key.number != nil:
      guard case .integer(let index)? = key.number else { return missing(key, in: value) }
      return item(index, items.values.count).map { items.values[$0] } ?? missing(key, in: value)
    case (.string(let text), _) where key.number != nil:
      guard case .integer(let index)? = key.number else { return missing(key, in: value) }
      return item(index, text.count).map { .string(Text(points: [text.points[$0]])) }
        ?? missing(key, in: value)
    case (_, .string(let name)):
      return try attribute(name.string, of: value, prefersKeys: true)
    case (.mapping(let mapping), _) where key.isHashable:
      return mapping[key] ?? missing(key, in: value)
    default: return missing(key, in: value)
    }
  }

  private func item(_ index: Int, _ count: Int) -> Int? {
    let place = index < 0 ? index + count : index
    return (0..<count).contains(place) ? place : nil
  }

  private func missing(_ key: Value, in value: Value) -> Value {
    .undefined("a \(value.typeName) has no element \(key.literal.string)")
  }

  private func attribute(_ name: String, of value: Value, prefersKeys: Bool) throws -> Value {
    switch value {
    case .undefined(let problem): throw error(problem)
    case .mapping(let mapping):
      let key = Value.text(name)
      if prefersKeys, let value = mapping[key] { return value }
      return method(name, of: value) ?? mapping[key] ?? missing(name, in: value)
    case .namespace(let namespace):
      return namespace.attributes[name] ?? missing(name, in: value)
    case .loop(let loop): return loop.attribute(name) ?? missing(name, in: value)
    case .function(let function) where name == "name": return .text(function.name)
    default: return method(name, of: value) ?? missing(name, in: value)
    }
  }

  private func missing(_ name: String, in value: Value) -> Value {
    .undefined("a \(value.typeName) has no attribute '\(name)'")
  }

  private func method(_ name: String, of value: Value) -> Value? {
    guard let method = Methods.method(name, of: value) else { return nil }
    return .function(
      Function(name, holding: value) { interpreter, arguments in
        if case .string = value { try interpreter.spend(on: value) }
        for argument in arguments.positional { try interpreter.spend(argument.weight / 8) }
        return try method(interpreter, value, arguments)
      })
  }
}
