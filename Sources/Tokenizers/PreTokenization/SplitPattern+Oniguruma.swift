import Foundation

extension SplitPattern {
  /// Rewrites an expression that Oniguruma reads, as in `tokenizer.json`, in the common syntax.
  ///
  /// There `^` and `$` belong to lines, `\h` is a hexadecimal digit, `\w` has more members, and
  /// `{1,3}+` repeats where elsewhere it is possessive.
  /// - Throws: `TokenizerError.invalidPattern` for what cannot be rewritten.
  init(oniguruma expression: String) throws {
    var rewriter = Rewriter(expression)
    self.init(regex: try rewriter.rewritten())
  }

  /// The expression as Oniguruma must read it.
  ///
  /// Of the published patterns only GPT-4's holds what means something else there; its numbers need
  /// not be possessive.
  var onigurumaRegex: String {
    guard self == .cl100k else { return regex }
    return regex.replacingOccurrences(of: "$", with: #"\z"#)
      .replacingOccurrences(of: "{1,3}+", with: "{1,3}")
  }

  private struct Rewriter {
    let original: String
    private var rest: Substring.UnicodeScalarView
    private var output: [Unicode.Scalar] = []
    /// Where the atom in front begins, to which a quantifier applies.
    private var atom = 0
    private var groups: [Int] = []

    init(_ expression: String) {
      original = expression
      rest = expression.unicodeScalars[...]
    }

    mutating func rewritten() throws -> String {
      while let scalar = rest.popFirst() {
        switch scalar {
        case "\\": try readEscape(inClass: false)
        case "[": try readClass()
        case "(":
          groups.append(output.count)
          output.append(scalar)
          try checkOptions()
        case ")":
          atom = groups.popLast() ?? output.count
          output.append(scalar)
        case "{": readInterval()
        case "^": appendAtom("(?m:^)")
        case "$": appendAtom("(?m:$)")
        case "*", "+", "?", "|": output.append(scalar)
        default: appendAtom(String(scalar))
        }
      }
      return String(String.UnicodeScalarView(output))
    }

    private mutating func appendAtom(_ text: String) {
      atom = output.count
      output.append(contentsOf: text.unicodeScalars)
    }

    private mutating func readEscape(inClass: Bool) throws {
      guard let escaped = rest.popFirst() else {
        output.append("\\")
        return
      }
      if !inClass { atom = output.count }
      let members: String?
      switch escaped {
      case "w", "W": members = inClass ? Self.word : Self.word + Self.otherNumbers
      case "h", "H": members = "0-9a-fA-F"
      default: members = nil
      }
      guard let members else {
        output += ["\\", escaped]
        // A category's name belongs to the atom.
        if "pP".unicodeScalars.contains(escaped), rest.first == "{" {
          while let scalar = rest.popFirst() {
            output.append(scalar)
            if scalar == "}" { break }
          }
        }
        return
      }
      let isNegated = escaped == "W" || escaped == "H"
      guard !inClass || !isNegated else {
        throw TokenizerError.invalidPattern(
          original, reason: "\\\(escaped) within a class is not supported")
      }
      output += (inClass ? members : "[\(isNegated ? "^" : "")\(members)]").unicodeScalars
    }

    /// Copies a class; what it holds may need rewriting.
    private mutating func readClass() throws {
      atom = output.count
      output.append("[")
      if rest.first == "^" { output.append(rest.removeFirst()) }
      if rest.first == "]" { output.append(rest.removeFirst()) }
      while let scalar = rest.popFirst() {
        if scalar == "\\" {
          try readEscape(inClass: true)
        } else {
          output.append(scalar)
          if scalar == "]" { return }
        }
        if scalar == "[", rest.first == ":" {
          while let inner = rest.popFirst() {
            output.append(inner)
            if inner == "]" { break }
          }
        }
      }
    }

    /// Copies an interval, with the atom in a group where a plus sign repeats both.
    private mutating func readInterval() {
      var interval: [Unicode.Scalar] = ["{"]
      while let scalar = rest.first, scalar.properties.numericType != nil || scalar == "," {
        interval.append(rest.removeFirst())
      }
      guard rest.first == "}", interval.count > 1 else {
        appendAtom("{")
        output.append(contentsOf: interval.dropFirst())
        return
      }
      interval.append(rest.removeFirst())
      output += interval
      guard rest.first == "+" else { return }
      output.insert(contentsOf: "(?:".unicodeScalars, at: atom)
      output.append(")")
    }

    /// `(?m)` lets the dot match line ends there, and lines begin and end elsewhere.
    private func checkOptions() throws {
      guard rest.first == "?" else { return }
      let options = rest.dropFirst().prefix {
        $0.isASCII && $0.properties.isAlphabetic || $0 == "-"
      }
      guard !options.contains("m") else {
        throw TokenizerError.invalidPattern(original, reason: "the option m is not supported")
      }
    }

    /// The inside of a class of what `\w` matches there: UTS 18, annex C, without the joiners.
    private static let word =
      #"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}"#
      + #"\x{1F170}-\x{1F189}"#

    /// Latin-1's numbers that are no digits, which `\w` matches only outside of classes.
    private static let otherNumbers = #"\x{B2}\x{B3}\x{B9}\x{BC}-\x{BE}"#
  }
}
