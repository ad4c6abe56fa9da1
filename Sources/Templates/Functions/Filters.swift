/// What stands after `|`.
enum Filters {
  typealias Filter = (Interpreter, Value, Arguments) throws -> Value

  static let byName: [String: @Sendable (Interpreter, Value, Arguments) throws -> Value] =
    ofTexts.merging(ofNumbers) { first, _ in first }.merging(ofSequences) { first, _ in first }
    .merging(ofChoices) { first, _ in first }

  typealias Table = [String: @Sendable (Interpreter, Value, Arguments) throws -> Value]

  /// How Jinja compares texts when it sorts: without regard to case, unless it is asked to.
  static func key(_ value: Value, isCaseSensitive: Bool) -> Value {
    guard !isCaseSensitive, case .string(let text) = value else { return value }
    return .string(TextCase.lower(text))
  }

  /// The value of an attribute with dots and numbers in its name, as `users.0.name`.
  static func attribute(
    _ name: Value, of value: Value, _ interpreter: Interpreter
  ) throws -> Value {
    if case .integer = name { return try interpreter.element(name, of: value) }
    return try name.written.string.split(separator: ".", omittingEmptySubsequences: false)
      .reduce(value) { value, part in
        try interpreter.element(
          Int(part).map(Value.integer) ?? .text(String(part)), of: value)
      }
  }

  /// Stable, like Python's; `key` is asked once for each element.
  static func sorted(
    _ elements: [Value], isReversed: Bool, _ interpreter: Interpreter,
    by key: (Value) throws -> Value
  ) throws -> [Value] {
    let keyed = try elements.map { (key: try key($0), value: $0) }
    let sorted = try keyed.sorted {
      try spendAndCompare(isReversed ? ($1.key, $0.key) : ($0.key, $1.key), interpreter)
    }
    return sorted.map(\.value)
  }

  private static func spendAndCompare(
    _ pair: (Value, Value), _ interpreter: Interpreter
  ) throws -> Bool {
    try interpreter.spend(1)
    return try interpreter.precedes(pair.0, pair.1)
  }
}
