/// Python's `format` for texts: `'{} is {age}'.format(name, age=3)`.
struct BraceFormat {
  private let interpreter: Interpreter
  private let arguments: Arguments

  init(_ interpreter: Interpreter, _ arguments: Arguments) {
    self.interpreter = interpreter
    self.arguments = arguments
  }

  func text(_ format: Text) throws -> Text {
    var text = Text()
    var next = 0
    var index = 0
    while index < format.count {
      let point = format.points[index]
      let value = Text.plain(point)
      index += 1
      guard value == 0x7B || value == 0x7D else {
        text.points.append(point)
        continue
      }
      if index < format.count, Text.plain(format.points[index]) == value {
        text.points.append(point)
        index += 1
        continue
      }
      guard value == 0x7B, let end = format.firstIndex(of: "}", from: index) else {
        throw interpreter.error("a brace of a format stands alone")
      }
      text += try field(format[index..<end], &next)
      try interpreter.checkLength(text.count, new: 1)
      index = end + 1
    }
    return text
  }

  /// One field: a number or a name, what is taken of it after dots, `!r`, and how it is written.
  private func field(_ field: Text, _ next: inout Int) throws -> Text {
    let string = field.string
    let parts = string.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    var name = parts[0]
    guard !name.contains("["), parts.count < 2 || !parts[1].contains("{") else {
      throw interpreter.unsupported("the format '{\(string)}'")
    }
    let isLiteral = name.hasSuffix("!r")
    if isLiteral || name.hasSuffix("!s") { name = name.dropLast(2) }
    let path = name.split(separator: ".", omittingEmptySubsequences: false)
    var value = try argument(path.first ?? "", &next)
    for attribute in path.dropFirst() {
      value = try interpreter.attribute(String(attribute), of: value)
    }
    try interpreter.spend(on: value)
    if isLiteral { value = .string(value.literal) }
    guard parts.count > 1, !parts[1].isEmpty else { return value.written }
    return try specification(parts[1], value).text(value, interpreter)
  }

  private func argument(_ name: Substring, _ next: inout Int) throws -> Value {
    if name.isEmpty {
      defer { next += 1 }
      if next < arguments.positional.count { return arguments.positional[next] }
    } else if let index = Int(name) {
      if arguments.positional.indices.contains(index) { return arguments.positional[index] }
    } else if let value = arguments.named.first(where: { $0.name == name })?.value {
      return value
    }
    throw interpreter.error("a format has no value for '{\(name)}'")
  }

  private func specification(_ text: Substring, _ value: Value) throws -> FormatSpecification {
    var specification = FormatSpecification()
    var rest = Array(text.unicodeScalars)
    let alignments: Set<Unicode.Scalar> = ["<", ">", "^"]
    if rest.count > 1, alignments.contains(rest[1]) {
      (specification.fill, specification.alignment) = (rest[0], rest[1])
      rest.removeFirst(2)
    } else if let first = rest.first, alignments.contains(first) {
      specification.alignment = first
      rest.removeFirst()
    }
    if rest.first == "+" {
      specification.showsPlus = true
      rest.removeFirst()
    }
    if rest.first == "0" { specification.fill = "0" }
    specification.width = takeNumber(&rest)
    if rest.first == "," {
      specification.groups = true
      rest.removeFirst()
    }
    if rest.first == "." {
      rest.removeFirst()
      specification.precision = takeNumber(&rest)
    }
    if let type = rest.first {
      specification.type = Character(type)
      rest.removeFirst()
    } else if case .integer = value {
      specification.type = "d"
    } else if case .float = value {
      guard specification.precision == nil, !specification.groups else {
        throw interpreter.unsupported("the format ':\(text)' of a number")
      }
    }
    guard rest.isEmpty, "sdfFegxXo".contains(specification.type) else {
      throw interpreter.unsupported("the format ':\(text)'")
    }
    if specification.alignment == nil, value.number == nil { specification.alignment = "<" }
    return specification
  }

  private func takeNumber(_ scalars: inout [Unicode.Scalar]) -> Int? {
    let digits = scalars.prefix { ("0"..."9").contains($0) }.prefix(6)
    scalars.removeFirst(digits.count)
    return Int(String(String.UnicodeScalarView(digits)))
  }
}
