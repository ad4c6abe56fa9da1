/// A set of code points at which text is split or which a normaliser treats alike.
enum CharacterClass: Sendable, Equatable {
  /// White_Space, as Rust's `char::is_whitespace`.
  case whiteSpace
  /// The general categories N, as Rust's `char::is_numeric`.
  case numeric
  /// ASCII's signs and the general categories P of Unicode 8.
  case punctuation
  /// What `\w` matches in Rust's regular expressions: UTS 18, annex C.
  case word
  case one(Unicode.Scalar)

  @inline(__always)
  func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .whiteSpace:
      if scalar.isASCII { return scalar == " " || (0x9...0xD).contains(scalar.value) }
      return scalar.properties.isWhitespace
    case .numeric:
      if scalar.isASCII { return (0x30...0x39).contains(scalar.value) }
      return Self.isNumeric(scalar)
    case .punctuation:
      return scalar.isASCII ? Self.isSign(scalar.value) : Self.isPunctuation(scalar)
    case .word:
      return scalar.isASCII ? Self.isWordASCII(scalar.value) : Self.isWord(scalar)
    case .one(let one): return scalar == one
    }
  }

  private static func isSign(_ value: UInt32) -> Bool {
    (0x21...0x2F).contains(value) || (0x3A...0x40).contains(value)
      || (0x5B...0x60).contains(value) || (0x7B...0x7E).contains(value)
  }

  private static func isWordASCII(_ value: UInt32) -> Bool {
    (0x30...0x39).contains(value) || (0x41...0x5A).contains(value) || value == 0x5F
      || (0x61...0x7A).contains(value)
  }

  private static func isNumeric(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      scalar.isAssigned(inUnicode: 8)
    default:
      // Both were punctuation in Unicode 8 and are not any more.
      scalar == "\u{166D}" || scalar == "\u{111C9}"
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isAlphabetic || scalar.properties.isJoinControl { return true }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return false
    }
  }
}

extension Unicode.Scalar {
  /// Whether the character had been assigned in a version of Unicode.
  ///
  /// The reference's tables of categories are from 2016, and what they lack it does not see.
  func isAssigned(inUnicode version: Int) -> Bool {
    properties.age.map { $0.major <= version } ?? false
  }

  /// Whether the general category is one of the marks.
  var isMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }
}
