/// Writes values as `tojson` does in published templates: Python's `json.dumps` without escapes for
/// characters outside ASCII, keys in their order.
struct JSONWriter {
  var indent: Text?
  var itemSeparator: Text
  var keySeparator: Text
  var sortsKeys = false

  /// - Throws: ``TemplateError`` for what JSON cannot say.
  func text(_ value: Value, _ interpreter: Interpreter, level: Int = 0) throws -> Text {
    try interpreter.spend(1)
    switch value {
    case .none: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let value): return Text(String(value))
    case .float(let value):
      if value.isFinite { return Text(Value.text(of: value)) }
      return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
    case .string(let text): return Self.quoted(text)
    case .list(let items), .tuple(let items):
      let texts = try items.values.map { try text($0, interpreter, level: level + 1) }
      return try block(texts, "[", "]", level, interpreter)
    case .mapping(let mapping):
      var pairs = try mapping.pairs.map { (try key($0, interpreter), $1) }
      if sortsKeys { pairs.sort { $0.0 < $1.0 } }
      let texts = try pairs.map {
        Self.quoted($0) + keySeparator + (try text($1, interpreter, level: level + 1))
      }
      return try block(texts, "{", "}", level, interpreter)
    default: throw interpreter.error("a value of type \(value.typeName) cannot be written as JSON")
    }
  }

  private func block(
    _ texts: [Text], _ open: Text, _ close: Text, _ level: Int, _ interpreter: Interpreter
  ) throws -> Text {
    if texts.isEmpty { return open + close }
    var block = open
    for (index, text) in texts.enumerated() {
      if index > 0 { block += itemSeparator }
      block += line(level + 1)
      block += text
      try interpreter.checkLength(block.count, new: text.count)
    }
    return block + line(level) + close
  }

  private func line(_ level: Int) -> Text {
    guard let indent else { return "" }
    return (0..<level).reduce("\n") { line, _ in line + indent }
  }

  private func key(_ key: Value, _ interpreter: Interpreter) throws -> Text {
    switch key {
    case .string(let text): return text
    case .none, .boolean, .integer, .float: return try text(key, interpreter)
    default: throw interpreter.error("a key of type \(key.typeName) cannot be written as JSON")
    }
  }

  private static func quoted(_ text: Text) -> Text {
    var points: [UInt32] = [0x22]
    points.reserveCapacity(text.count + 2)
    for point in text.points {
      switch Text.plain(point) {
      case 0x22: points += Text.marked("\\\"", like: point)
      case 0x5C: points += Text.marked("\\\\", like: point)
      case 0x0A: points += Text.marked("\\n", like: point)
      case 0x0D: points += Text.marked("\\r", like: point)
      case 0x09: points += Text.marked("\\t", like: point)
      case 0x08: points += Text.marked("\\b", like: point)
      case 0x0C: points += Text.marked("\\f", like: point)
      case let value where value < 0x20:
        points += Text.marked(
          (value < 16 ? "\\u000" : "\\u00") + String(value, radix: 16), like: point)
      default: points.append(point)
      }
    }
    return Text(points: points + [0x22])
  }
}
