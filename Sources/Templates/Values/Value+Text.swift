extension Value {
  /// The text that Python's `str` gives.
  var written: Text {
    switch self {
    case .undefined: ""
    case .string(let text): text
    default: literal
    }
  }

  /// The text that Python's `repr` gives.
  var literal: Text {
    switch self {
    case .undefined: "Undefined"
    case .none: "None"
    case .boolean(let value): value ? "True" : "False"
    case .integer(let value): Text(String(value))
    case .float(let value): Text(Self.text(of: value))
    case .string(let text): Self.literal(text)
    case .list(let items): "[" + Self.joined(items.values.map(\.literal)) + "]"
    case .tuple(let items):
      "(" + Self.joined(items.values.map(\.literal)) + (items.values.count == 1 ? ",)" : ")")
    case .mapping(let mapping):
      "{" + Self.joined(mapping.pairs.map { $0.literal + ": " + $1.literal }) + "}"
    case .iterator: "<generator object>"
    case .namespace: "<Namespace>"
    case .loop: "<LoopContext>"
    case .function(let function): Text("<function \(function.name)>")
    }
  }

  private static func joined(_ texts: [Text]) -> Text {
    var joined = Text()
    for (index, text) in texts.enumerated() {
      if index > 0 { joined += ", " }
      joined += text
    }
    return joined
  }

  /// A floating-point number as Python writes it: the shortest digits, exponents from 1e16 and below 1e-4.
  static func text(of value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let (digits, exponent) = shortestDigits(of: value.magnitude)
    let sign = value.sign == .minus ? "-" : ""
    if exponent < -4 || exponent >= 16 {
      let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
      let size = String(exponent.magnitude)
      return sign + digits.prefix(1) + fraction + (exponent < 0 ? "e-" : "e+")
        + (size.count < 2 ? "0" : "") + size
    }
    if exponent < 0 {
      return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
    }
    let whole = String(digits.prefix(exponent + 1))
    let padding = String(repeating: "0", count: max(exponent + 1 - digits.count, 0))
    let fraction = String(digits.dropFirst(exponent + 1))
    return sign + whole + padding + "." + (fraction.isEmpty ? "0" : fraction)
  }

  /// The shortest decimal digits that name the number, and the power of ten of the first of them.
  private static func shortestDigits(of value: Double) -> (digits: String, exponent: Int) {
    guard value > 0 else { return ("0", 0) }
    let parts = "\(value)".split(separator: "e")
    let number = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = String(number[0])
    let fraction = number.count > 1 ? String(number[1]) : ""
    let all = whole + fraction
    let leading = all.prefix { $0 == "0" }.count
    var digits = String(all.dropFirst(leading))
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    let shift = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    return (digits, whole.count - 1 - leading + shift)
  }

  private static func literal(_ text: Text) -> Text {
    let plain = text.points.lazy.map(Text.plain)
    let quote: UInt32 = plain.contains(0x27) && !plain.contains(0x22) ? 0x22 : 0x27
    var points = [quote]
    for point in text.points {
      let value = Text.plain(point)
      switch value {
      case 0x0A: points += Text.marked("\\n", like: point)
      case 0x0D: points += Text.marked("\\r", like: point)
      case 0x09: points += Text.marked("\\t", like: point)
      case 0x5C, quote: points += Text.marked("\\", like: point) + [point]
      case 0x20..<0x7F: points.append(point)
      default:
        if isPrintable(Text.scalar(point)) {
          points.append(point)
        } else {
          let (letter, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
          let digits = String(value, radix: 16)
          let padding = String(repeating: "0", count: width - digits.count)
          points += Text.marked("\\" + letter + padding + digits, like: point)
        }
      }
    }
    return Text(points: points + [quote])
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }
}
