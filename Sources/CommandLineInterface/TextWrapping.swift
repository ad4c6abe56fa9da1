/// Breaks text into lines that fit a width in terminal columns.
package enum TextWrapping {
  /// Paragraphs, separated by empty lines, are wrapped each on its own; words are not broken.
  package static func lines(_ text: String, width: Int) -> [String] {
    let source = text.split(separator: "\n", omittingEmptySubsequences: false)
    let paragraphs = source.split { $0.allSatisfy(\.isWhitespace) }
    return Array(
      paragraphs.map { wrap($0.joined(separator: " "), width: width) }.joined(separator: [""]))
  }

  private static func wrap(_ paragraph: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var lineWidth = 0
    for word in paragraph.split(separator: " ") {
      let wordWidth = word.displayWidth
      if !line.isEmpty, lineWidth + 1 + wordWidth > width {
        lines.append(line)
        (line, lineWidth) = ("", 0)
      }
      if !line.isEmpty {
        line += " "
        lineWidth += 1
      }
      line += word
      lineWidth += wordWidth
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
