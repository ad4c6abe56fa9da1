extension SplitPattern {
  /// The expression as PCRE2 must read it, so that its classes are Unicode's.
  ///
  /// `\s` is White_Space, to which PCRE2 alone adds U+180E. The letters and digits of ASCII are
  /// named beside `\p{L}` and `\p{N}`, because PCRE2 finds them in a bitmap then.
  /// - Parameter knowsNewerCharacters: whether `NewerCharacters` are named as well.
  /// - Throws: `TokenizerError.invalidPattern` for Oniguruma's nested classes, which PCRE2 reads
  ///   as something else.
  func pcre2Expression(knowsNewerCharacters: Bool = false) throws -> String {
    var translated = ""
    var isInClass = false
    var scalars = regex.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      switch (scalar, scalars.first) {
      case ("\\", let escaped?):
        scalars.removeFirst()
        if escaped == "p" || (escaped == "P" && !isInClass),
          let category = Self.category(&scalars)
        {
          let members = Self.members(of: category, knowsNewerCharacters)
          translated += isInClass ? members : escaped == "p" ? "[\(members)]" : "[^\(members)]"
          continue
        }
        switch (escaped, isInClass) {
        case ("s", true): translated += Self.whiteSpace
        case ("s", false): translated += "[" + Self.whiteSpace + "]"
        case ("S", false): translated += "[^" + Self.whiteSpace + "]"
        default:
          translated.unicodeScalars.append(scalar)
          translated.unicodeScalars.append(escaped)
        }
        continue
      case ("[", _) where isInClass && scalars.first != ":", ("&", "&") where isInClass:
        throw TokenizerError.invalidPattern(
          regex, reason: "classes within classes are not supported")
      case ("[", _) where !isInClass: isInClass = true
      case ("]", _): isInClass = false
      default: break
      }
      translated.unicodeScalars.append(scalar)
    }
    return translated
  }

  private static let whiteSpace =
    #"\x{9}-\x{D}\x{20}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}"#
    + #"\x{3000}"#

  /// Reads the name behind `\p` or `\P` where it is one that is translated.
  private static func category(_ scalars: inout Substring.UnicodeScalarView) -> String? {
    guard scalars.first == "{", let end = scalars.firstIndex(of: "}") else { return nil }
    let name = String(scalars[scalars.index(after: scalars.startIndex)..<end])
    guard !NewerCharacters.ranges(of: name).isEmpty else { return nil }
    scalars = scalars[scalars.index(after: end)...]
    return name
  }

  /// The inside of a class that holds a category.
  private static func members(of category: String, _ knowsNewerCharacters: Bool) -> String {
    var members = "\\p{\(category)}"
    if knowsNewerCharacters {
      for range in NewerCharacters.ranges(of: category) {
        members += "\\x{\(String(range.lowerBound, radix: 16))}"
        members += "-\\x{\(String(range.upperBound, radix: 16))}"
      }
    }
    // A class ends in a range or in \p, so that a hyphen behind it stands for itself.
    switch category {
    case "L": return members + "A-Za-z"
    case "N": return members + "0-9"
    default: return members
    }
  }
}
