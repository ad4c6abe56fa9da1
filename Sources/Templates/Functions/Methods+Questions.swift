extension Methods {
  static let ofTextQuestions: [String: Method] = [
    "startswith": { try ends($0, $1, $2, "startswith") { $0.hasPrefix($1) } },
    "endswith": { try ends($0, $1, $2, "endswith") { $0.hasSuffix($1) } },
    "find": { interpreter, value, arguments in
      .integer(try place(interpreter, value, arguments, "find") ?? -1)
    },
    "rfind": { interpreter, value, arguments in
      .integer(try place(interpreter, value, arguments, "rfind", fromEnd: true) ?? -1)
    },
    "index": { interpreter, value, arguments in
      guard let index = try place(interpreter, value, arguments, "index") else {
        throw interpreter.error("the text is not found")
      }
      return .integer(index)
    },
    "rindex": { interpreter, value, arguments in
      guard let index = try place(interpreter, value, arguments, "rindex", fromEnd: true) else {
        throw interpreter.error("the text is not found")
      }
      return .integer(index)
    },
    "count": { interpreter, value, arguments in
      let part = try text(arguments, "count", interpreter)
      let whole = value.written
      try interpreter.spendOnSearch(whole, part)
      return .integer(
        part.isEmpty
          ? whole.count + 1 : whole.parts(separatedBy: part, atMost: nil).count - 1)
    },
    "isdigit": { _, value, _ in
      all(value) { $0.properties.numericType == .decimal || $0.properties.numericType == .digit }
    },
    "isdecimal": { _, value, _ in all(value) { $0.properties.numericType == .decimal } },
    "isnumeric": { _, value, _ in all(value) { $0.properties.numericType != nil } },
    "isalpha": { _, value, _ in all(value, isLetter) },
    "isalnum": { _, value, _ in
      all(value) { isLetter($0) || $0.properties.numericType != nil }
    },
    "isascii": { _, value, _ in
      .boolean(value.written.points.allSatisfy { Text.plain($0) < 0x80 })
    },
    "isspace": { _, value, _ in all(value) { Text.isSpace($0.value) } },
    "isupper": { _, value, _ in .boolean(ValueTests.hasCase(value.written, TextCase.upper)) },
    "islower": { _, value, _ in .boolean(ValueTests.hasCase(value.written, TextCase.lower)) },
    "istitle": { _, value, _ in
      .boolean(
        ValueTests.hasCase(value.written) { TextCase.title($0, isInWord: TextCase.isCased) })
    },
  ]

  /// Whether there are characters, and each is one of those.
  private static func all(_ value: Value, _ holds: (Unicode.Scalar) -> Bool) -> Value {
    let points = value.written.points
    return .boolean(!points.isEmpty && points.allSatisfy { holds(Text.scalar($0)) })
  }

  @Sendable private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  /// Whether a text begins or ends with another, or with one of a tuple.
  private static func ends(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments, _ name: String,
    _ holds: (Text, Text) -> Bool
  ) throws -> Value {
    let whole = try bounded(value.written, arguments, interpreter).text
    switch arguments.positional.first {
    case .string(let part)?: return .boolean(holds(whole, part))
    case .tuple(let items)?:
      return .boolean(
        try items.values.contains {
          guard case .string(let part) = $0 else {
            throw interpreter.error("'\(name)' needs texts")
          }
          return holds(whole, part)
        })
    default: throw interpreter.error("'\(name)' needs a text or a tuple of texts")
    }
  }

  private static func place(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments, _ name: String,
    fromEnd: Bool = false
  ) throws -> Int? {
    let part = try text(arguments, name, interpreter)
    let (whole, start) = try bounded(value.written, arguments, interpreter)
    try interpreter.spendOnSearch(whole, part)
    let place =
      fromEnd ? whole.lastIndex(of: part, before: whole.count) : whole.firstIndex(of: part)
    return place.map { $0 + start }
  }

  /// The stretch of a text between the places that a method's second and third arguments name.
  private static func bounded(
    _ text: Text, _ arguments: Arguments, _ interpreter: Interpreter
  ) throws -> (text: Text, start: Int) {
    func place(_ index: Int, _ standard: Int) throws -> Int {
      guard let bound = try arguments.integer(index, "bound", interpreter) else { return standard }
      return min(max(bound < 0 ? bound + text.count : bound, 0), text.count)
    }
    let start = try place(1, 0)
    return (text[start..<max(start, try place(2, text.count))], start)
  }
}
