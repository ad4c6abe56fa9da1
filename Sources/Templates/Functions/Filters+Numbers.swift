import Foundation

extension Filters {
  static let ofNumbers: Table = [
    "int": { interpreter, value, arguments in
      let base = try arguments.integer(1, "base", interpreter) ?? 10
      return integer(value, base: base) ?? arguments.value(0, "default") ?? .integer(0)
    },
    "float": { _, value, arguments in
      let float =
        switch value {
        case .string(let text): float(text)
        default: value.number?.float
        }
      return float.map(Value.float) ?? arguments.value(0, "default") ?? .float(0)
    },
    "abs": { interpreter, value, _ in
      switch value.number {
      case .integer(let value) where value != .min: .integer(abs(value))
      case .float(let value): .float(abs(value))
      default: throw interpreter.error("a \(value.typeName) has no magnitude")
      }
    },
    "round": round,
  ]

  /// Python's `int` of a number or of a text; nil where it has none.
  private static func integer(_ value: Value, base: Int) -> Value? {
    switch value {
    case .string(let text):
      var digits = text.trimmed().string.replacing("_", with: "").lowercased()
      guard (2...36).contains(base) else { return nil }
      if let prefix = [2: "0b", 8: "0o", 16: "0x"][base], digits.hasPrefix(prefix) {
        digits.removeFirst(2)
      }
      if let integer = Int(digits, radix: base) { return .integer(integer) }
      return float(text).flatMap { Int(exactly: $0.rounded(.towardZero)) }.map(Value.integer)
    default:
      guard let number = value.number else { return nil }
      if case .integer(let integer) = number { return .integer(integer) }
      return Int(exactly: number.float.rounded(.towardZero)).map(Value.integer)
    }
  }

  private static func float(_ text: Text) -> Double? {
    let text = text.trimmed().string.replacing("_", with: "")
    // Swift reads hexadecimal numbers too.
    return text.lowercased().contains("x") ? nil : Double(text)
  }

  @Sendable private static func round(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
  ) throws -> Value {
    guard let number = value.number else {
      throw interpreter.error("a \(value.typeName) cannot be rounded")
    }
    let precision = try arguments.integer(0, "precision", interpreter) ?? 0
    let method = arguments.text(1, "method")?.string ?? "common"
    guard (-300...300).contains(precision) else { throw interpreter.error("unusable precision") }
    if case .integer = number, method == "common", precision >= 0 { return value.withoutTruth }
    let scale = pow(10, Double(precision))
    switch method {
    case "common":
      if precision > 0 {
        return .float(Double(String(format: "%.\(precision)f", number.float)) ?? number.float)
      }
      let rounded = (number.float * scale).rounded(.toNearestOrEven) / scale
      if case .integer = number { return .integer(Int(rounded)) }
      return .float(rounded)
    case "ceil": return .float((number.float * scale).rounded(.up) / scale)
    case "floor": return .float((number.float * scale).rounded(.down) / scale)
    default: throw interpreter.error("'\(method)' is no way to round")
    }
  }
}

extension Value {
  /// A truth value as the number that it is.
  var withoutTruth: Value { number.map { Value($0) } ?? self }
}
