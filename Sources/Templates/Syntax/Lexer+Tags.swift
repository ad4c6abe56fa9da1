extension Lexer {
  private static let longSymbols = ["//", "**", "==", "!=", "<=", ">="]

  /// Reads the tokens of a tag and its end.
  mutating func readTag(from tag: Int, isVariable: Bool) throws {
    brackets = []
    while index < source.count {
      let start = index
      if brackets.isEmpty, takeEnd(isVariable ? "}}" : "%}", trimsLine: !isVariable) {
        append(isVariable ? .variableEnd : .blockEnd, at: start)
        return
      }
      if isSpace(index) {
        index += 1
      } else if let number = try takeNumber() {
        append(number, at: start)
      } else if isNameStart(source[index]) {
        append(.name(takeName()), at: start)
      } else if source[index] == "\"" || source[index] == "'" {
        append(.string(try takeString()), at: start)
      } else {
        append(.symbol(try takeSymbol()), at: start)
      }
    }
    throw error("the tag does not end", at: tag)
  }

  private func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isXIDStart
  }

  private mutating func takeName() -> String {
    var name = String.UnicodeScalarView()
    while index < source.count, source[index] == "_" || source[index].properties.isXIDContinue {
      name.append(source[index])
      index += 1
    }
    return String(name)
  }

  private func isDigit(_ index: Int) -> Bool {
    index < source.count && ("0"..."9").contains(source[index])
  }

  /// Digits with `_` between them.
  private func digitsEnd(_ start: Int, _ isDigit: (Int) -> Bool) -> Int {
    var end = start
    while isDigit(end)
      || (end > start && end < source.count && source[end] == "_" && isDigit(end + 1))
    { end += 1 }
    return end
  }

  private mutating func takeNumber() throws -> Token.Kind? {
    guard isDigit(index) else { return nil }
    let start = index
    if source[index] == "0", index + 1 < source.count,
      let radix = ["x": 16, "X": 16, "o": 8, "O": 8, "b": 2, "B": 2][source[index + 1]]
    {
      let end = digitsEnd(index + 2) {
        $0 < source.count && source[$0].isASCII && source[$0].properties.isHexDigit
      }
      if end > index + 2 {
        index = end
        return .integer(try integer(start + 2, radix: radix))
      }
    }
    var end = digitsEnd(index, isDigit)
    var isFloat = false
    // In `x.0.1` the digits after a dot are an element's number.
    if start == 0 || source[start - 1] != "." {
      if end < source.count, source[end] == ".", isDigit(end + 1) {
        end = digitsEnd(end + 1, isDigit)
        isFloat = true
      }
      if end < source.count, source[end] == "e" || source[end] == "E" {
        let sign = end + 1 < source.count && ["+", "-"].contains(source[end + 1]) ? 1 : 0
        if isDigit(end + 1 + sign) {
          end = digitsEnd(end + 1 + sign, isDigit)
          isFloat = true
        }
      }
    }
    index = end
    guard isFloat else { return .integer(try integer(start, radix: 10)) }
    return .float(Double(digits(start)) ?? 0)
  }

  private func digits(_ start: Int) -> String {
    source[start..<index].filter { $0 != "_" }.map { String($0) }.joined()
  }

  private func integer(_ start: Int, radix: Int) throws -> Int {
    let digits = digits(start)
    guard radix != 10 || digits.first != "0" || digits.allSatisfy({ $0 == "0" }) else {
      throw error("an integer begins with zero", at: start)
    }
    guard let value = Int(digits, radix: radix) else {
      throw error("the number is too large", at: start)
    }
    return value
  }

  private mutating func takeSymbol() throws -> String {
    if let symbol = Self.longSymbols.first(where: { has($0, at: index) }) {
      index += 2
      return symbol
    }
    let scalar = source[index]
    switch scalar {
    case "(": brackets.append(")")
    case "[": brackets.append("]")
    case "{": brackets.append("}")
    case ")", "]", "}":
      guard brackets.popLast() == scalar else { throw error("unexpected '\(scalar)'", at: index) }
    case "+", "-", "*", "/", "%", "~", "<", ">", "=", ".", ":", ",", "|": break
    default: throw error("unexpected character '\(scalar)'", at: index)
    }
    index += 1
    return String(scalar)
  }

  private mutating func takeString() throws -> String {
    let start = index
    let quote = source[start]
    var text = String.UnicodeScalarView()
    index += 1
    while index < source.count {
      let scalar = source[index]
      index += 1
      if scalar == quote { return String(text) }
      if scalar == "\\", index < source.count { try takeEscape(&text) } else { text.append(scalar) }
    }
    throw error("the string does not end", at: start)
  }

  /// Python's escapes; an unknown one stands for itself.
  private mutating func takeEscape(_ text: inout String.UnicodeScalarView) throws {
    let scalar = source[index]
    index += 1
    switch scalar {
    case "n": text.append("\n")
    case "t": text.append("\t")
    case "r": text.append("\r")
    case "a": text.append("\u{7}")
    case "b": text.append("\u{8}")
    case "f": text.append("\u{C}")
    case "v": text.append("\u{B}")
    case "\\", "'", "\"": text.append(scalar)
    case "\n": break
    case "0"..."7":
      index -= 1
      text.append(try takeCode(digits: 1...3, radix: 8))
    case "x": text.append(try takeCode(digits: 2...2, radix: 16))
    case "u": text.append(try takeCode(digits: 4...4, radix: 16))
    case "U": text.append(try takeCode(digits: 8...8, radix: 16))
    default:
      text.append("\\")
      text.append(scalar)
    }
  }

  private mutating func takeCode(digits: ClosedRange<Int>, radix: UInt32) throws -> Unicode.Scalar {
    let start = index
    var value: UInt32 = 0
    while index < source.count, index - start < digits.upperBound, source[index].isASCII,
      let digit = Character(source[index]).hexDigitValue, digit < radix
    {
      value = value &* radix &+ UInt32(digit)
      index += 1
    }
    guard index - start >= digits.lowerBound, let scalar = Unicode.Scalar(value) else {
      throw error("the escape names no character", at: start)
    }
    return scalar
  }
}
