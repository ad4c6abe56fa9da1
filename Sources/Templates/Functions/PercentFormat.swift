import Foundation

/// Python's `%` for texts: `'%s is %d' % (name, age)`.
struct PercentFormat {
  private let interpreter: Interpreter

  init(_ interpreter: Interpreter) { self.interpreter = interpreter }

  func text(_ format: Text, _ value: Value) throws -> Text {
    var values: [Value] = []
    if case .tuple(let items) = value { values = items.values } else { values = [value] }
    var next = 0
    var text = Text()
    var index = 0
    while index < format.count {
      let point = format.points[index]
      index += 1
      guard Text.plain(point) == 0x25 else {
        text.points.append(point)
        continue
      }
      if index < format.count, Text.plain(format.points[index]) == 0x25 {
        text.points.append(format.points[index])
        index += 1
        continue
      }
      let key = try key(format, &index)
      let specification = try specification(format, &index)
      let argument: Value
      if let key, case .mapping(let mapping) = value {
        guard let found = mapping[.string(key)] else {
          throw interpreter.error("there is no '\(key.string)' to format")
        }
        argument = found
      } else {
        guard next < values.count else { throw interpreter.error("a format has too few values") }
        argument = values[next]
        next += 1
      }
      text += try specification.text(argument, interpreter)
      try interpreter.checkLength(text.count, new: 1)
    }
    if next < values.count, case .tuple = value {
      throw interpreter.error("a format has too many values")
    }
    return text
  }

  private func key(_ format: Text, _ index: inout Int) throws -> Text? {
    guard index < format.count, Text.plain(format.points[index]) == 0x28 else { return nil }
    guard let end = format.firstIndex(of: ")", from: index) else {
      throw interpreter.error("a key of a format does not end")
    }
    defer { index = end + 1 }
    return format[index + 1..<end]
  }

  private func specification(_ format: Text, _ index: inout Int) throws -> FormatSpecification {
    var specification = FormatSpecification()
    while index < format.count, let scalar = Optional(Text.scalar(format.points[index])) {
      index += 1
      switch scalar {
      case "-": specification.alignment = "<"
      case "0" where specification.width == nil: specification.fill = "0"
      case "+": specification.showsPlus = true
      case "0"..."9":
        specification.width =
          min(specification.width ?? 0, 1_000_000_000) * 10 + Int(scalar.value - 0x30)
      case ".":
        var precision = 0
        while index < format.count,
          let digit = Character(Text.scalar(format.points[index]))
            .wholeNumberValue
        {
          precision = min(precision, 1000) * 10 + digit
          index += 1
        }
        specification.precision = precision
      case "s", "r", "d", "i", "u", "f", "F", "e", "g", "x", "X", "o":
        specification.type = Character(scalar)
        return specification
      default: throw interpreter.unsupported("the format '%\(scalar)'")
      }
    }
    throw interpreter.error("a format does not end")
  }
}

/// How one value is written in a format.
struct FormatSpecification {
  var fill: Unicode.Scalar = " "
  var alignment: Unicode.Scalar?
  var showsPlus = false
  var groups = false
  var width: Int?
  var precision: Int?
  var type: Character = "s"

  func text(_ value: Value, _ interpreter: Interpreter) throws -> Text {
    let text = try body(value, interpreter)
    let padding = max((width ?? 0) - text.count, 0)
    try interpreter.checkLength(padding)
    let filling = Text(points: repeatElement(fill.value, count: padding))
    if fill == "0", alignment == nil, text.hasPrefix("-") || text.hasPrefix("+") {
      return text[0..<1] + filling + text[1..<text.count]
    }
    switch alignment {
    case "<": return text + filling
    case "^":
      let left = padding / 2
      return filling[0..<left] + text + filling[left..<padding]
    default: return filling + text
    }
  }

  private func body(_ value: Value, _ interpreter: Interpreter) throws -> Text {
    switch type {
    case "s", "r":
      try interpreter.spend(on: value)
      let text = type == "s" ? value.written : value.literal
      return precision.map { text[0..<min($0, text.count)] } ?? text
    default: break
    }
    guard let number = value.number else {
      throw interpreter.error("a number is needed, not a \(value.typeName)")
    }
    let digits: String
    switch type {
    case "d", "i", "u", "x", "X", "o":
      guard let integer = Int(exactly: number.float.rounded(.towardZero)) else {
        throw interpreter.error("the number is too large")
      }
      let exact = if case .integer(let value) = number { value } else { integer }
      let radix = type == "o" ? 8 : type.lowercased() == "x" ? 16 : 10
      digits = String(exact, radix: radix, uppercase: type == "X")
    default:
      guard (precision ?? 6) <= 300 else { throw interpreter.error("the precision is too large") }
      digits = String(format: "%.\(precision ?? 6)\(type)", number.float)
    }
    let grouped = groups ? Self.grouped(digits) : digits
    return Text((showsPlus && !digits.hasPrefix("-") ? "+" : "") + grouped)
  }

  /// Commas between thousands.
  private static func grouped(_ digits: String) -> String {
    let sign = digits.prefix { $0 == "-" }
    let whole = digits.dropFirst(sign.count).prefix { $0.isNumber }
    var text = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return sign + text + digits.dropFirst(sign.count + whole.count)
  }
}
