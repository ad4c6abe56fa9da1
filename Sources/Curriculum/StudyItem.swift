/// A question with its answer, as a core writes them down when it reflects.
public struct StudyItem: Sendable, Hashable, Codable {
  public var question: String
  public var answer: String

  public init(question: String, answer: String) {
    self.question = question
    self.answer = answer
  }

  /// `Q: Where does Mara live? A: Ostrel.`
  public var line: String { "Q: \(question) A: \(answer)." }

  /// The items in a text, one a line; nil for a line that is none.
  public static func parse(_ text: String) -> [StudyItem?] {
    text.split(separator: "\n").map { line in
      guard line.hasPrefix("Q: "), let middle = line.range(of: "? A: ") else { return nil }
      let question = line[line.index(line.startIndex, offsetBy: 3)..<middle.lowerBound] + "?"
      var answer = line[middle.upperBound...]
      guard answer.last == "." else { return nil }
      answer.removeLast()
      return StudyItem(question: String(question), answer: String(answer))
    }
  }
}
