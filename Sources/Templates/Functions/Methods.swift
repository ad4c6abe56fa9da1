/// The methods of texts, lists and mappings that templates call.
enum Methods {
  typealias Method = @Sendable (Interpreter, Value, Arguments) throws -> Value

  /// Nil when such a value has no method of that name.
  static func method(_ name: String, of value: Value) -> Method? {
    switch value {
    case .string: ofTexts[name] ?? refusal(name, missingOfTexts, "a text")
    case .list: ofLists[name] ?? refusal(name, changingLists, nil)
    case .tuple: ofLists[name]
    case .mapping: ofMappings[name] ?? refusal(name, changingMappings, nil)
    default: nil
    }
  }

  private static let missingOfTexts: Set = [
    "encode", "expandtabs", "format_map", "isidentifier", "maketrans", "translate", "swapcase",
  ]
  private static let changingLists: Set = [
    "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
  ]
  private static let changingMappings: Set = [
    "clear", "pop", "popitem", "setdefault", "update", "fromkeys",
  ]

  /// A method that exists in Python and not here; `owner` is nil for those that change a value in place,
  /// which transformers' sandbox refuses as well.
  private static func refusal(_ name: String, _ names: Set<String>, _ owner: String?) -> Method? {
    guard names.contains(name) else { return nil }
    return { interpreter, value, _ in
      if let owner { throw interpreter.unsupported("the method '\(name)' of \(owner)") }
      throw interpreter.error("'\(name)' would change a \(value.typeName), which a template cannot")
    }
  }

  private static let ofLists: [String: Method] = [
    "count": { interpreter, value, arguments in
      try interpreter.spend(on: value)
      let elements = try interpreter.elements(of: value)
      let wanted = try argument(arguments, "count", interpreter)
      return .integer(elements.count { $0 == wanted })
    },
    "index": { interpreter, value, arguments in
      try interpreter.spend(on: value)
      let elements = try interpreter.elements(of: value)
      let wanted = try argument(arguments, "index", interpreter)
      guard let index = elements.firstIndex(of: wanted) else {
        throw interpreter.error("\(wanted.literal.string) is not in the list")
      }
      return .integer(index)
    },
    "copy": { _, value, _ in value },
  ]

  private static let ofMappings: [String: Method] = [
    "get": { interpreter, value, arguments in
      guard case .mapping(let mapping) = value else { return .none }
      let key = try argument(arguments, "get", interpreter)
      guard key.isHashable else { throw interpreter.error("a \(key.typeName) cannot be a key") }
      return mapping[key] ?? (arguments.positional.count > 1 ? arguments.positional[1] : .none)
    },
    "items": { interpreter, value, _ in
      guard case .mapping(let mapping) = value else { return .none }
      try interpreter.spend(mapping.keys.count)
      return .list(mapping.items)
    },
    "keys": { _, value, _ in
      guard case .mapping(let mapping) = value else { return .none }
      return .list(mapping.keys)
    },
    "values": { _, value, _ in
      guard case .mapping(let mapping) = value else { return .none }
      return .list(mapping.values)
    },
    "copy": { _, value, _ in value },
  ]

  static func argument(
    _ arguments: Arguments, _ name: String, _ interpreter: Interpreter
  ) throws -> Value {
    guard let value = arguments.positional.first else {
      throw interpreter.error("'\(name)' needs an argument")
    }
    return value
  }
}
