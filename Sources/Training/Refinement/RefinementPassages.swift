/// Running text cut into passages of a paragraph's size; joined, they are the text.
///
/// A passage ends behind an empty line where it can, else behind a line, a space, or a whole character.
public struct RefinementPassages: Sequence, IteratorProtocol {
  /// A passage that has as many bytes ends with its paragraph.
  static let enough = 400
  /// The most bytes of a passage.
  static let limit = 1600

  private var rest: Substring.UTF8View

  public init(_ text: String) { rest = Substring(text).utf8 }

  public mutating func next() -> String? {
    guard !rest.isEmpty else { return nil }
    let end = end()
    defer { rest = rest[end...] }
    return String(Substring(rest[..<end]))
  }

  /// Where the passage that `rest` begins with ends.
  private func end() -> String.Index {
    var size = 0
    var line = rest.startIndex
    var lastLineEnd: String.Index?
    var isAfterEmptyLine = false
    while line < rest.endIndex {
      let lineEnd = rest[line...].firstIndex(of: 0x0a).map(rest.index(after:)) ?? rest.endIndex
      let isEmpty = rest[line..<lineEnd].allSatisfy { $0 <= 0x20 }
      // The empty lines behind a paragraph belong to it.
      if isAfterEmptyLine, !isEmpty, size >= Self.enough { return line }
      let lineSize = rest.distance(from: line, to: lineEnd)
      if size + lineSize > Self.limit { return lastLineEnd ?? cut() }
      size += lineSize
      isAfterEmptyLine = isEmpty
      line = lineEnd
      lastLineEnd = line
    }
    return rest.endIndex
  }

  /// Where a line that is too long is cut.
  private func cut() -> String.Index {
    let limit = rest.index(rest.startIndex, offsetBy: Self.limit)
    let half = rest.index(rest.startIndex, offsetBy: Self.limit / 2)
    if let space = rest[half..<limit].lastIndex(of: 0x20) { return rest.index(after: space) }
    var end = limit
    while end > half, rest[end] & 0xc0 == 0x80 { end = rest.index(before: end) }
    return end
  }
}
