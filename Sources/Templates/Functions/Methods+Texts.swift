extension Methods {
  static let ofTexts: [String: Method] =
    ofTextEdits.merging(ofTextQuestions) { first, _ in first }

  private static let ofTextEdits: [String: Method] = [
    "upper": { _, value, _ in .string(TextCase.upper(value.written)) },
    "lower": { _, value, _ in .string(TextCase.lower(value.written)) },
    "casefold": { _, value, _ in .string(TextCase.lower(value.written)) },
    "capitalize": { _, value, _ in .string(TextCase.capitalized(value.written)) },
    "title": { _, value, _ in .string(TextCase.title(value.written, isInWord: TextCase.isCased)) },
    "strip": { _, value, arguments in
      .string(value.written.trimmed(of: arguments.text(0, "chars")))
    },
    "lstrip": { _, value, arguments in
      .string(value.written.trimmed(of: arguments.text(0, "chars"), atEnd: false))
    },
    "rstrip": { _, value, arguments in
      .string(value.written.trimmed(of: arguments.text(0, "chars"), atStart: false))
    },
    "removeprefix": { interpreter, value, arguments in
      let (text, prefix) = (value.written, try text(arguments, "removeprefix", interpreter))
      return .string(text.hasPrefix(prefix) ? text[prefix.count..<text.count] : text)
    },
    "removesuffix": { interpreter, value, arguments in
      let (text, suffix) = (value.written, try text(arguments, "removesuffix", interpreter))
      return .string(text.hasSuffix(suffix) ? text[0..<text.count - suffix.count] : text)
    },
    "replace": { interpreter, value, arguments in
      guard case .string(let old)? = arguments.value(0, "old"),
        case .string(let new)? = arguments.value(1, "new")
      else { throw interpreter.error("'replace' needs two texts") }
      let count = try arguments.integer(2, "count", interpreter)
      return .string(try value.written.replacing(old, with: new, atMost: count, interpreter))
    },
    "split": { try split($0, $1, $2, fromEnd: false) },
    "rsplit": { try split($0, $1, $2, fromEnd: true) },
    "partition": { interpreter, value, arguments in
      let (text, separator) = (value.written, try text(arguments, "partition", interpreter))
      let parts = text.parts(separatedBy: try filled(separator, in: text, interpreter), atMost: 1)
      return .tuple(
        parts.count == 2
          ? [.string(parts[0]), .string(separator), .string(parts[1])]
          : [.string(text), .string(""), .string("")])
    },
    "rpartition": { interpreter, value, arguments in
      let (text, separator) = (value.written, try text(arguments, "rpartition", interpreter))
      let parts = text.parts(
        separatedBy: try filled(separator, in: text, interpreter), atMost: 1, fromEnd: true)
      return .tuple(
        parts.count == 2
          ? [.string(parts[0]), .string(separator), .string(parts[1])]
          : [.string(""), .string(""), .string(text)])
    },
    "splitlines": { interpreter, value, arguments in
      let text = value.written
      try interpreter.spend(text.count)
      return .list(text.lines(keepingBreaks: arguments.isTrue(0, "keepends")).map(Value.string))
    },
    "join": { interpreter, value, arguments in
      let separator = value.written
      var joined = Text()
      for (index, element) in try interpreter.elements(
        of: argument(arguments, "join", interpreter)
      ).enumerated() {
        guard case .string(let part) = element else {
          throw interpreter.error("'join' needs texts, not a \(element.typeName)")
        }
        try interpreter.checkLength(
          joined.count + separator.count + part.count, new: separator.count + part.count)
        if index > 0 { joined += separator }
        joined += part
      }
      return .string(joined)
    },
    "format": { interpreter, value, arguments in
      .string(try BraceFormat(interpreter, arguments).text(value.written))
    },
    "center": { interpreter, value, arguments in
      let width = try arguments.integer(0, "width", interpreter) ?? 0
      let text = value.written
      let padding = max(width - text.count, 0)
      let left = padding / 2 + (padding & width & 1)
      return .string(
        try fill(left, arguments, interpreter) + text
          + fill(padding - left, arguments, interpreter))
    },
    "ljust": { interpreter, value, arguments in
      let width = try arguments.integer(0, "width", interpreter) ?? 0
      let text = value.written
      return .string(text + (try fill(width - text.count, arguments, interpreter)))
    },
    "rjust": { interpreter, value, arguments in
      let width = try arguments.integer(0, "width", interpreter) ?? 0
      let text = value.written
      return .string(try fill(width - text.count, arguments, interpreter) + text)
    },
    "zfill": { interpreter, value, arguments in
      let text = value.written
      let width = try arguments.integer(0, "width", interpreter) ?? 0
      let sign = text.hasPrefix("-") || text.hasPrefix("+") ? 1 : 0
      try interpreter.checkLength(max(width, 0))
      let zeros = Text(points: repeatElement(0x30, count: max(width - text.count, 0)))
      return .string(text[0..<sign] + zeros + text[sign..<text.count])
    },
  ]

  private static func fill(
    _ count: Int, _ arguments: Arguments, _ interpreter: Interpreter
  ) throws -> Text {
    try interpreter.checkLength(max(count, 0))
    let character = arguments.text(1, "fillchar")?.points.first ?? 0x20
    return Text(points: repeatElement(character, count: max(count, 0)))
  }

  static func text(
    _ arguments: Arguments, _ name: String, _ interpreter: Interpreter
  ) throws -> Text {
    guard case .string(let text)? = arguments.positional.first else {
      throw interpreter.error("'\(name)' needs a text")
    }
    return text
  }

  private static func filled(
    _ separator: Text, in text: Text, _ interpreter: Interpreter
  ) throws -> Text {
    try interpreter.spendOnSearch(text, separator)
    guard !separator.isEmpty else { throw interpreter.error("the separator is empty") }
    return separator
  }

  private static func split(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments, fromEnd: Bool
  ) throws -> Value {
    let text = value.written
    try interpreter.spend(text.count)
    let limit = try arguments.integer(1, "maxsplit", interpreter)
    let parts: [Text]
    switch arguments.value(0, "sep") {
    case nil, .some(.none):
      parts = fromEnd ? text.wordsFromEnd(atMost: limit ?? -1) : text.words(atMost: limit)
    case .string(let separator)?:
      parts = text.parts(
        separatedBy: try filled(separator, in: text, interpreter), atMost: limit, fromEnd: fromEnd)
    default: throw interpreter.error("a text is split at a text")
    }
    try interpreter.spend(parts.count)
    return .list(parts.map(Value.string))
  }
}
