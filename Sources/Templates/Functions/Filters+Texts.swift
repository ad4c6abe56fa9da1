extension Filters {
  static let ofTexts: Table = [
    "upper": { _, value, _ in .string(TextCase.upper(value.written)) },
    "lower": { _, value, _ in .string(TextCase.lower(value.written)) },
    "capitalize": { _, value, _ in .string(TextCase.capitalized(value.written)) },
    "title": { _, value, _ in
      .string(
        TextCase.title(value.written) { point in
          !Text.isSpace(point) && !"-({[<".unicodeScalars.contains(Text.scalar(point))
        })
    },
    "trim": { interpreter, value, arguments in
      .string(value.written.trimmed(of: arguments.text(0, "chars")))
    },
    "string": { _, value, _ in .string(value.written) },
    "safe": { _, value, _ in .string(value.written) },
    "escape": escape, "e": escape, "forceescape": escape,
    "replace": { interpreter, value, arguments in
      guard let old = arguments.text(0, "old"), let new = arguments.text(1, "new") else {
        throw interpreter.error("'replace' needs what to replace and what with")
      }
      let count = try arguments.integer(2, "count", interpreter)
      return .string(try value.written.replacing(old, with: new, atMost: count, interpreter))
    },
    "indent": indent,
    "center": { interpreter, value, arguments in
      let text = value.written
      let padding = try max((arguments.integer(0, "width", interpreter) ?? 80) - text.count, 0)
      try interpreter.checkLength(padding)
      // Python's way to share an odd number of spaces.
      let left = padding / 2 + (padding & (padding + text.count) & 1)
      return .string(.spaces(left) + text + .spaces(padding - left))
    },
    "wordcount": { _, value, _ in .integer(value.written.words(atMost: nil).count) },
    "format": { interpreter, value, arguments in
      let values: Value =
        arguments.named.isEmpty
        ? .tuple(arguments.positional)
        : .mapping(Mapping(arguments.named.map { (.text($0.name), $0.value) }))
      return .string(try PercentFormat(interpreter).text(value.written, values))
    },
    "tojson": { interpreter, value, arguments in .string(try json(interpreter, value, arguments)) },
  ]

  @Sendable private static func escape(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
  ) throws -> Value {
    let text = value.written
    try interpreter.spend(text.count)
    return .string(
      Text(
        points: text.points.flatMap { point -> [UInt32] in
          switch Text.plain(point) {
          case 0x26: Text.marked("&amp;", like: point)
          case 0x3C: Text.marked("&lt;", like: point)
          case 0x3E: Text.marked("&gt;", like: point)
          case 0x27: Text.marked("&#39;", like: point)
          case 0x22: Text.marked("&#34;", like: point)
          default: [point]
          }
        }))
  }

  @Sendable private static func indent(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
  ) throws -> Value {
    let unit: Text
    switch arguments.value(0, "width") {
    case .string(let text)?: unit = text
    default:
      let width = try max(arguments.integer(0, "width", interpreter) ?? 4, 0)
      try interpreter.checkLength(width)
      unit = .spaces(width)
    }
    // The break after the last line is a line of its own.
    let lines = (value.written + "\n").lines()
    let blank = arguments.isTrue(2, "blank")
    var text = arguments.isTrue(1, "first") ? unit : Text()
    for (index, line) in lines.enumerated() {
      if index > 0 {
        text += "\n"
        if blank || !line.isEmpty { text += unit }
      }
      text += line
      try interpreter.checkLength(text.count, new: line.count + unit.count)
    }
    return .string(text)
  }

  private static func json(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
  ) throws -> Text {
    if arguments.isTrue(0, "ensure_ascii") {
      throw interpreter.unsupported("'ensure_ascii' of 'tojson'")
    }
    var writer = JSONWriter(itemSeparator: ", ", keySeparator: ": ")
    switch arguments.value(1, "indent") {
    case nil, .some(.none): break
    case .string(let text)?: writer.indent = text
    default:
      let width = try max(arguments.integer(1, "indent", interpreter) ?? 0, 0)
      try interpreter.checkLength(width)
      writer.indent = .spaces(width)
    }
    if writer.indent != nil { writer.itemSeparator = "," }
    if let separators = arguments.value(2, "separators"), separators.isTrue {
      let pair = try interpreter.elements(of: separators)
      guard pair.count == 2 else { throw interpreter.error("'separators' are two texts") }
      (writer.itemSeparator, writer.keySeparator) = (pair[0].written, pair[1].written)
    }
    writer.sortsKeys = arguments.isTrue(3, "sort_keys")
    return try writer.text(value, interpreter)
  }
}
