/// A value while a template runs: what it was given, and what only a template can make.
enum Value {
  /// No value; the text says what was looked for, and becomes an error when it is used.
  case undefined(String)
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case string(Text)
  case list(Items)
  case tuple(Items)
  /// What Python computes only when it is walked through, as `map` and `select` do: always true,
  /// without a length.
  case iterator(Items)
  case mapping(Mapping)
  case namespace(Namespace)
  case loop(Loop)
  case function(Function)

  /// How deep lists stand within each other here; see ``TemplateLimits/valueDepth``.
  var depth: Int {
    switch self {
    case .undefined, .none, .boolean, .integer, .float, .string, .namespace: 0
    case .list(let items), .tuple(let items), .iterator(let items): items.depth
    case .mapping(let mapping): mapping.depth
    case .loop(let loop): loop.items.depth
    case .function(let function): function.depth
    }
  }

  /// How many values and characters there are in this one, those that come twice counted twice.
  ///
  /// Writing and comparing take as long, however little room the value itself takes.
  var weight: Int {
    switch self {
    case .string(let text): text.count + 1
    case .list(let items), .tuple(let items), .iterator(let items): items.weight
    case .mapping(let mapping): mapping.weight
    default: 1
    }
  }

  /// The sum of weights that stays within an integer.
  static func weight(of values: some Sequence<Value>) -> Int {
    values.reduce(1) { min($0 + $1.weight, 1 << 40) }
  }

  /// What Python calls the type.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .boolean: "bool"
    case .integer: "int"
    case .float: "float"
    case .string: "str"
    case .list: "list"
    case .tuple: "tuple"
    case .iterator: "generator"
    case .mapping: "dict"
    case .namespace: "Namespace"
    case .loop: "LoopContext"
    case .function: "function"
    }
  }

  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .float(let value): value != 0
    case .string(let text): !text.isEmpty
    case .list(let items), .tuple(let items): !items.values.isEmpty
    case .mapping(let mapping): !mapping.keys.isEmpty
    case .iterator, .namespace, .loop, .function: true
    }
  }

  static func list(_ values: [Value]) -> Value { .list(Items(values)) }
  static func tuple(_ values: [Value]) -> Value { .tuple(Items(values)) }
  static func iterator(_ values: [Value]) -> Value { .iterator(Items(values)) }
  static func text(_ string: String) -> Value { .string(Text(string)) }

  init(_ value: TemplateValue) {
    switch value {
    case .none: self = .none
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .float(let value): self = .float(value)
    case .string(let text): self = .string(Text(text))
    case .quoted(let text): self = .string(Text(text, isQuoted: true))
    case .list(let values): self = .list(values.map { Value($0) })
    case .mapping(let entries):
      self = .mapping(
        Mapping(
          entries.map { (.string(Text($0.key, isQuoted: $0.isKeyQuoted)), Value($0.value)) }))
    }
  }
}

/// Values in a row.
struct Items {
  let values: [Value]
  let depth: Int
  let weight: Int

  init(_ values: [Value]) {
    self.values = values
    depth = 1 + values.reduce(0) { max($0, $1.depth) }
    weight = Value.weight(of: values)
  }
}

/// A dictionary in the order in which its keys came.
final class Mapping {
  let keys: [Value]
  let values: [Value]
  let depth: Int
  let weight: Int
  private let places: [Value: Int]

  /// The last value of a key that comes twice counts, at the first one's place.
  init(_ pairs: [(Value, Value)]) {
    var keys: [Value] = []
    var values: [Value] = []
    var places: [Value: Int] = [:]
    for (key, value) in pairs {
      if let place = places[key] {
        values[place] = value
      } else {
        places[key] = keys.count
        keys.append(key)
        values.append(value)
      }
    }
    depth = 1 + (keys + values).reduce(0) { max($0, $1.depth) }
    weight = Value.weight(of: keys + values)
    (self.keys, self.values, self.places) = (keys, values, places)
  }

  subscript(key: Value) -> Value? { places[key].map { values[$0] } }

  var pairs: [(Value, Value)] { Array(zip(keys, values)) }
  var items: [Value] { pairs.map { .tuple([$0, $1]) } }
}

/// What `namespace` makes: the one value that `set` can change from within a loop.
final class Namespace {
  var attributes: [String: Value]

  init(_ attributes: [String: Value]) { self.attributes = attributes }
}

/// Something that can be called: a macro, a method with what it belongs to, or a global function.
final class Function {
  let name: String
  /// One more than the depth of what it holds, so that no chain of methods hides a deep value.
  let depth: Int
  let call: (Interpreter, Arguments) throws -> Value

  init(
    _ name: String, holding receiver: Value = .none,
    _ call: @escaping (Interpreter, Arguments) throws -> Value
  ) {
    self.name = name
    depth = receiver.depth + 1
    self.call = call
  }
}
