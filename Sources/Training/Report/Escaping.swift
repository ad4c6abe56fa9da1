extension String {
  /// The text as HTML and XML hold it, in elements and in quoted attributes.
  package var markup: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // What XML 1.0 has no way to write.
      case "\u{0}"..."\u{8}", "\u{b}", "\u{c}", "\u{e}"..."\u{1f}", "\u{fffe}", "\u{ffff}":
        result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The text as a line of Markdown, where nothing in it is taken for a mark.
  package var markdown: String {
    var result = ""
    for character in self {
      if character.isNewline {
        result += " "
      } else if "\\`*_[]<|#~&".contains(character) {
        result += "\\\(character)"
      } else {
        result.append(character)
      }
    }
    return result
  }
}
