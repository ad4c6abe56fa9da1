import Tokenizers
import Tools

/// A word problem of grade-school mathematics with its solution (Cobbe et al. 2021).
public struct GSM8KProblem: Sendable, Hashable {
  public let question: String
  /// The steps, with a calculator's call and result wherever `<<48/2=24>>` stands in them.
  public let solution: [Conversation.Part]
  /// The number behind `####`, without thousands separators.
  public let answer: String

  /// The question by the user and the solution by the assistant, who has a calculator.
  public var conversation: Conversation {
    Conversation([
      .system(Toolbox.announcement(of: [Calculator().name])), .user(question),
      Conversation.Turn(.assistant, solution),
    ])
  }
}

/// Problems in the form of GSM8K: a JSON object with `question` and `answer` a line.
public enum GSM8KFile {
  private struct Record: Decodable {
    var question: String
    var answer: String
  }

  private static let lineLimit = 1 << 20

  /// Reads all problems of a file, which may be packed with gzip or Zstandard.
  ///
  /// - Throws: `DocumentError`, which names the file, the line and what was expected.
  public static func read(_ path: String) throws(DocumentError) -> [GSM8KProblem] {
    let reader = try ByteReader(path)
    try reader.skipByteOrderMark()
    var problems: [GSM8KProblem] = []
    while let (line, number) = try reader.nextLine(limit: lineLimit) {
      guard line.contains(where: { !$0.isSpace }) else { continue }
      let record = try ShardRecord.decode(Record.self, from: line, path: path, line: number)
      guard let mark = record.answer.range(of: "####", last: true) else {
        throw .malformed(
          path: path, line: number, expected: "the result behind \"####\" in answer")
      }
      let answer = record.answer[mark.upperBound...].filter { !$0.isWhitespace && $0 != "," }
      guard !answer.isEmpty else {
        throw .malformed(path: path, line: number, expected: "a number behind \"####\"")
      }
      problems.append(
        GSM8KProblem(
          question: record.question, solution: parts(record.answer), answer: answer))
    }
    guard !problems.isEmpty else { throw .empty(path: path) }
    return problems
  }

  /// The text between the annotations, and each annotation as a call with its result.
  private static func parts(_ solution: String) -> [Conversation.Part] {
    var parts: [Conversation.Part] = []
    var rest = solution[...]
    var text = ""
    func closeText() {
      let trimmed = text.trimmingSpaces
      if !trimmed.isEmpty { parts.append(.text(trimmed)) }
      text = ""
    }
    while let open = rest.range(of: "<<"), let close = rest[open.upperBound...].range(of: ">>") {
      text += rest[..<open.lowerBound]
      let annotation = rest[open.upperBound..<close.lowerBound]
      if let equals = annotation.lastIndex(of: "=") {
        let expression = String(annotation[..<equals]).trimmingSpaces
        let result = String(annotation[annotation.index(after: equals)...]).trimmingSpaces
        if !expression.isEmpty, !result.isEmpty {
          closeText()
          parts += [.call("calculator \(expression)"), .result(result)]
        }
      }
      rest = rest[close.upperBound...]
    }
    text += rest
    closeText()
    return parts
  }
}

extension StringProtocol {
  /// Where `pattern` first or last stands.
  fileprivate func range(of pattern: String, last: Bool = false) -> Range<Index>? {
    last ? ranges(of: pattern).last : firstRange(of: pattern)
  }
}

extension String {
  /// Without spaces at either end; line breaks stay.
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
