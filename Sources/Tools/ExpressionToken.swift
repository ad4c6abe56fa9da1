/// A piece of an expression and the character, counted from 1, where it begins.
struct ExpressionToken {
  enum Kind: Equatable {
    case number(Number)
    case plus, minus, times, divide, modulo, power, open, close, squareRoot
  }

  let kind: Kind
  let text: String
  let position: Int

  /// - Throws: ``CalculatorError`` for what belongs to no expression.
  static func tokens(of expression: String) throws(CalculatorError) -> [ExpressionToken] {
    var tokens: [ExpressionToken] = []
    let characters = Array(expression)
    var index = 0
    while index < characters.count {
      if characters[index].isWhitespace {
        index += 1
        continue
      }
      let start = index
      let kind = try kind(in: characters, at: &index)
      tokens.append(
        ExpressionToken(kind: kind, text: String(characters[start..<index]), position: start + 1))
    }
    return tokens
  }

  private static func kind(
    in characters: [Character], at index: inout Int
  ) throws(CalculatorError) -> Kind {
    let character = characters[index]
    if isDigit(character) || character == "." { return .number(try number(in: characters, &index)) }
    if character.isLetter {
      let word = characters[index...].prefix(while: \.isLetter)
      guard word.elementsEqual("sqrt") else {
        throw .unexpected(String(word.prefix(16)), position: index + 1)
      }
      index += word.count
      return .squareRoot
    }
    index += 1
    switch character {
    case "+": return .plus
    case "-", "−": return .minus
    case "*":
      guard index < characters.count, characters[index] == "*" else { return .times }
      index += 1
      return .power
    case "×", "·": return .times
    case "/", "÷": return .divide
    case "%": return .modulo
    case "^": return .power
    case "(": return .open
    case ")": return .close
    default: throw .unexpected(String(character), position: index)
    }
  }

  /// Digits with a decimal point; commas may set thousands apart.
  private static func number(
    in characters: [Character], _ index: inout Int
  ) throws(CalculatorError) -> Number {
    let start = index
    var digits = ""
    var places = 0
    var hasPoint = false
    while index < characters.count {
      let character = characters[index]
      if isDigit(character) {
        digits.append(character)
        places += hasPoint ? 1 : 0
      } else if character == ".", !hasPoint {
        hasPoint = true
      } else if character == ",", !hasPoint, isGroup(characters, after: index) {
        // Belongs to the number and says nothing.
      } else {
        break
      }
      index += 1
    }
    guard !digits.isEmpty else { throw .unexpected(".", position: start + 1) }
    if index < characters.count, characters[index] == "." || characters[index] == "," {
      throw .unexpected(String(characters[index]), position: index + 1)
    }
    return try Number(digits: digits, places: places)
  }

  /// Whether exactly three digits stand behind a comma, with at least one before it.
  private static func isGroup(_ characters: [Character], after comma: Int) -> Bool {
    let following = characters[(comma + 1)...].prefix(4)
    return comma > 0 && isDigit(characters[comma - 1]) && following.count >= 3
      && following.prefix(3).allSatisfy(isDigit)
      && (following.count == 3 || !isDigit(following[following.startIndex + 3]))
  }

  private static func isDigit(_ character: Character) -> Bool {
    ("0"..."9").contains(character) && character.isASCII
  }
}
