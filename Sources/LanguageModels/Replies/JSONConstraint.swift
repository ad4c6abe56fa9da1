/// Which bytes can come next in one JSON object (RFC 8259) that is written from its beginning.
///
/// A model whose tokens are held to it cannot write anything else; whether it comes to an end is its own affair.
package struct JSONConstraint: Sendable {
  private enum Place: Hashable {
    /// Before a value; in a list that has just begun it may end at once.
    case value(mayEnd: Bool)
    /// Before a name; in an object that has just begun it may end at once.
    case name(mayEnd: Bool)
    case colon
    /// Behind a value, before a comma or the end.
    case next
    case string(isName: Bool)
    case escape(isName: Bool)
    /// In an escape's four digits, of which so many are missing.
    case digits(Int, isName: Bool)
    case number(Number)
    /// In `true`, `false` or `null`, of which these bytes are missing.
    case word([UInt8])
  }

  private enum Number: Hashable {
    case sign, zero, whole, point, fraction, exponent, exponentSign, exponentDigits

    /// Whether the number may end here.
    var isWhole: Bool {
      switch self {
      case .zero, .whole, .fraction, .exponentDigits: true
      case .sign, .point, .exponent, .exponentSign: false
      }
    }
  }

  private enum Container { case object, list }

  private var place = Place.value(mayEnd: false)
  private var open: [Container] = []
  private var hasBegun = false
  private var isSound = true
  private var spaces = 0
  /// Digits of a number that stand together.
  private var digits = 0

  /// White space without end would be JSON too.
  private static let mostSpaces = 24
  private static let mostOpen = 64
  /// More would be JSON too, and no number that a program can hold.
  private static let mostDigits = 15
  private static let mostExponentDigits = 2

  package init() {}

  /// Whether the object is closed.
  package var isComplete: Bool { hasBegun && open.isEmpty && isSound }

  /// Whether `bytes`, at least one, can come next.
  package func accepts(_ bytes: [UInt8]) -> Bool {
    guard !bytes.isEmpty else { return false }
    var next = self
    next.read(bytes)
    return next.isSound
  }

  package mutating func read(_ bytes: [UInt8]) {
    for byte in bytes where isSound { isSound = read(byte) }
  }

  /// Takes a byte; false where it cannot stand here.
  private mutating func read(_ byte: UInt8) -> Bool {
    let isSpace = [0x20, 0x09, 0x0A, 0x0D].contains(byte)
    switch place {
    case .string, .escape, .digits, .word: break
    case .number(let number):
      if isSpace || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}")
        || byte == UInt8(ascii: "]")
      {
        guard number.isWhole else { return false }
        place = .next
        return read(byte)
      }
    default:
      if isSpace {
        spaces += 1
        return spaces <= Self.mostSpaces
      }
    }
    spaces = 0
    if hasBegun && open.isEmpty { return false }
    switch place {
    case .value(let mayEnd):
      if mayEnd && byte == UInt8(ascii: "]") { return close(.list) }
      return begin(byte)
    case .name(let mayEnd):
      if mayEnd && byte == UInt8(ascii: "}") { return close(.object) }
      place = .string(isName: true)
      return byte == UInt8(ascii: "\"")
    case .colon:
      place = .value(mayEnd: false)
      return byte == UInt8(ascii: ":")
    case .next:
      switch byte {
      case UInt8(ascii: ","):
        place = open.last == .object ? .name(mayEnd: false) : .value(mayEnd: false)
        return true
      case UInt8(ascii: "}"): return close(.object)
      case UInt8(ascii: "]"): return close(.list)
      default: return false
      }
    case .string(let isName): return readString(byte, isName)
    case .escape(let isName):
      if byte == UInt8(ascii: "u") {
        place = .digits(4, isName: isName)
        return true
      }
      place = .string(isName: isName)
      return "\"\\/bfnrt".utf8.contains(byte)
    case .digits(let missing, let isName):
      place = missing == 1 ? .string(isName: isName) : .digits(missing - 1, isName: isName)
      return Self.isDigit(byte) || (0x41...0x46).contains(byte & 0xDF)
    case .number(let number):
      guard let next = Self.next(number, byte) else { return false }
      place = .number(next)
      digits = Self.isDigit(byte) ? digits + 1 : 0
      return digits <= (next == .exponentDigits ? Self.mostExponentDigits : Self.mostDigits)
    case .word(let missing):
      place = missing.count == 1 ? .next : .word(Array(missing.dropFirst()))
      return byte == missing[0]
    }
  }

  private mutating func readString(_ byte: UInt8, _ isName: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "\""): place = isName ? .colon : .next
    case UInt8(ascii: "\\"): place = .escape(isName: isName)
    default: break
    }
    return byte >= 0x20
  }

  private mutating func begin(_ byte: UInt8) -> Bool {
    // One object is asked for, not any value.
    guard hasBegun || byte == UInt8(ascii: "{") else { return false }
    digits = Self.isDigit(byte) ? 1 : 0
    switch byte {
    case UInt8(ascii: "{"):
      hasBegun = true
      open.append(.object)
      place = .name(mayEnd: true)
    case UInt8(ascii: "["):
      open.append(.list)
      place = .value(mayEnd: true)
    case UInt8(ascii: "\""): place = .string(isName: false)
    case UInt8(ascii: "-"): place = .number(.sign)
    case UInt8(ascii: "0"): place = .number(.zero)
    case UInt8(ascii: "t"): place = .word(Array("rue".utf8))
    case UInt8(ascii: "f"): place = .word(Array("alse".utf8))
    case UInt8(ascii: "n"): place = .word(Array("ull".utf8))
    default:
      place = .number(.whole)
      return Self.isDigit(byte)
    }
    return open.count <= Self.mostOpen
  }

  private mutating func close(_ container: Container) -> Bool {
    guard open.popLast() == container else { return false }
    place = .next
    return true
  }

  private static func next(_ number: Number, _ byte: UInt8) -> Number? {
    let isExponent = byte & 0xDF == UInt8(ascii: "E")
    switch number {
    case .sign: return byte == UInt8(ascii: "0") ? .zero : isDigit(byte) ? .whole : nil
    case .zero: return byte == UInt8(ascii: ".") ? .point : isExponent ? .exponent : nil
    case .whole:
      if isDigit(byte) { return .whole }
      return byte == UInt8(ascii: ".") ? .point : isExponent ? .exponent : nil
    case .point: return isDigit(byte) ? .fraction : nil
    case .fraction: return isDigit(byte) ? .fraction : isExponent ? .exponent : nil
    case .exponent:
      if isDigit(byte) { return .exponentDigits }
      return byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") ? .exponentSign : nil
    case .exponentSign, .exponentDigits: return isDigit(byte) ? .exponentDigits : nil
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
