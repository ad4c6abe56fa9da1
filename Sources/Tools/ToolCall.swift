/// A call as a model writes it: a tool's name, white space, and what it is given.
public struct ToolCall: Sendable, Hashable {
  public var name: String
  public var argument: String

  /// Nil when there is not even a name.
  public init?(_ text: String) {
    let trimmed = text.trimmingWhitespace
    let end = trimmed.firstIndex(where: \.isWhitespace) ?? trimmed.endIndex
    guard end > trimmed.startIndex else { return nil }
    name = String(trimmed[..<end])
    argument = String(trimmed[end...].drop(while: \.isWhitespace))
  }
}

extension StringProtocol {
  /// The text without white space at its ends.
  var trimmingWhitespace: SubSequence {
    let start = firstIndex { !$0.isWhitespace } ?? endIndex
    let end = self[start...].lastIndex { !$0.isWhitespace }.map(index(after:)) ?? start
    return self[start..<end]
  }
}
