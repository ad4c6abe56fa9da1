/// Lines of text made from a page, which still know where they stood in it.
struct ConvertedText {
  private(set) var bytes: [UInt8] = []
  /// For every line of `bytes` its line in the file.
  private(set) var lineNumbers: [Int] = []

  mutating func append(_ line: some Collection<UInt8>, line number: Int) {
    for part in line.split(separator: 0x0A, omittingEmptySubsequences: false) {
      bytes += part
      bytes.append(0x0A)
      lineNumbers.append(number)
    }
  }

  /// A blank line, which ends a paragraph.
  mutating func endParagraph() {
    bytes.append(0x0A)
    lineNumbers.append(lineNumbers.last ?? 1)
  }

  /// The line in the file of a line of `bytes`.
  func lineNumber(of line: Int) -> Int {
    lineNumbers.indices.contains(line - 1) ? lineNumbers[line - 1] : lineNumbers.last ?? 1
  }
}
