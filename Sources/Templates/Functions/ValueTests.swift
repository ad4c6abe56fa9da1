/// What stands after `is`.
enum ValueTests {
  typealias Test = @Sendable (Interpreter, Value, Arguments) throws -> Bool

  static let byName: [String: Test] = kinds.merging(comparisons) { first, _ in first }

  private static let kinds: [String: Test] =
    [
      "defined": { _, value, _ in !isUndefined(value) },
      "undefined": { _, value, _ in isUndefined(value) },
      "none": { _, value, _ in if case .none = value { true } else { false } },
      "boolean": { _, value, _ in if case .boolean = value { true } else { false } },
      "true": { _, value, _ in if case .boolean(true) = value { true } else { false } },
      "false": { _, value, _ in if case .boolean(false) = value { true } else { false } },
      "integer": { _, value, _ in if case .integer = value { true } else { false } },
      "float": { _, value, _ in if case .float = value { true } else { false } },
      "number": { _, value, _ in value.number != nil },
      "string": { _, value, _ in if case .string = value { true } else { false } },
      "mapping": { _, value, _ in if case .mapping = value { true } else { false } },
      "sequence": { _, value, _ in
        switch value {
        case .string, .list, .tuple, .mapping, .undefined: true
        default: false
        }
      },
      "iterable": { _, value, _ in
        switch value {
        case .string, .list, .tuple, .mapping, .iterator, .undefined, .loop: true
        default: false
        }
      },
      "callable": { _, value, _ in if case .function = value { true } else { false } },
      "filter": { _, value, _ in Filters.byName[value.written.string] != nil },
      "test": { _, value, _ in byName[value.written.string] != nil },
      "escaped": { _, _, _ in false },
      "upper": { _, value, _ in hasCase(value.written, TextCase.upper) },
      "lower": { _, value, _ in hasCase(value.written, TextCase.lower) },
      "odd": { interpreter, value, _ in
        try interpreter.operation("%", value, .integer(2)) == .integer(1)
      },
      "even": { interpreter, value, _ in
        try interpreter.operation("%", value, .integer(2)) == .integer(0)
      },
      "divisibleby": { interpreter, value, arguments in
        try interpreter.operation("%", value, argument(arguments, "num", interpreter))
          == .integer(0)
      },
      "in": { interpreter, value, arguments in
        try interpreter.contains(argument(arguments, "seq", interpreter), value)
      },
      "sameas": { interpreter, value, arguments in
        let other = try argument(arguments, "other", interpreter)
        return value.typeName == other.typeName && value == other
      },
    ]

  private static let comparisons: [String: Test] = {
    let names = [
      "==": ["eq", "equalto", "=="], "!=": ["ne", "!="], "<": ["lt", "lessthan", "<"],
      "<=": ["le", "<="], ">": ["gt", "greaterthan", ">"], ">=": ["ge", ">="],
    ]
    var tests: [String: Test] = [:]
    for (symbol, names) in names {
      for name in names {
        tests[name] = { interpreter, value, arguments in
          try interpreter.comparison(symbol, value, argument(arguments, "other", interpreter))
        }
      }
    }
    return tests
  }()

  private static func isUndefined(_ value: Value) -> Bool {
    if case .undefined = value { true } else { false }
  }

  private static func argument(
    _ arguments: Arguments, _ name: String, _ interpreter: Interpreter
  ) throws -> Value {
    guard let value = arguments.value(0, name) else {
      throw interpreter.error("the test needs something to compare with")
    }
    return value
  }

  static func hasCase(_ text: Text, _ change: (Text) -> Text) -> Bool {
    text.points.contains(where: TextCase.isCased) && change(text) == text
  }
}
