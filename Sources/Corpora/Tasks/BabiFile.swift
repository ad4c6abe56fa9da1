import Tokenizers

/// A story of the bAbI tasks with the questions asked along the way (Weston et al. 2015).
public struct BabiStory: Sendable, Hashable {
  public struct Question: Sendable, Hashable {
    public let text: String
    /// A word, or several parted by commas.
    public let answer: String
    /// Indices into the statements before it of those that the answer follows from.
    public let supportingStatements: [Int]
    /// How many statements of the story come before it.
    public let statementCount: Int
  }

  public let statements: [String]
  public let questions: [Question]

  /// What has been told when a question is asked.
  public func context(of question: Question) -> [String] {
    Array(statements.prefix(question.statementCount))
  }

  /// The story told by the user, interrupted by the questions that the assistant answers.
  public var conversation: Conversation {
    var turns: [Conversation.Turn] = []
    var told = 0
    for question in questions {
      let news = statements[told..<question.statementCount]
      told = question.statementCount
      turns.append(.user((news + [question.text]).joined(separator: " ")))
      turns.append(.assistant(question.answer))
    }
    return Conversation(turns)
  }

  /// One question behind all that has been told before, without the questions in between.
  public func conversation(asking question: Question) -> Conversation {
    Conversation([
      .user((context(of: question) + [question.text]).joined(separator: " ")),
      .assistant(question.answer),
    ])
  }
}

/// Stories in the form of the bAbI tasks: `1 Mary moved to the bathroom.`, and questions with tabs before
/// the answer and the numbers of the supporting lines; number 1 begins a story.
public enum BabiFile {
  private static let lineLimit = 1 << 16

  /// Reads all stories of a file that have questions.
  ///
  /// - Throws: `DocumentError`, which names the file, the line and what was expected.
  public static func read(_ path: String) throws(DocumentError) -> [BabiStory] {
    let reader = try ByteReader(path)
    try reader.skipByteOrderMark()
    var stories: [BabiStory] = []
    var story = Draft()
    while let (bytes, lineNumber) = try reader.nextLine(limit: lineLimit) {
      let content = bytes[...].trimmed
      if content.isEmpty { continue }
      if TextDecoding.firstInvalidUTF8(bytes) != nil {
        throw .malformed(path: path, line: lineNumber, expected: "UTF-8")
      }
      let line = content.string
      guard let space = line.firstIndex(of: " "), let number = Int(line[..<space]) else {
        throw .malformed(
          path: path, line: lineNumber, expected: "a number, a space and a sentence")
      }
      if number == 1 {
        if let finished = story.finished { stories.append(finished) }
        story = Draft()
      }
      do {
        try story.add(line[line.index(after: space)...], number: number)
      } catch {
        throw .malformed(path: path, line: lineNumber, expected: error.expected)
      }
    }
    if let finished = story.finished { stories.append(finished) }
    guard !stories.isEmpty else { throw .noText(path: path) }
    return stories
  }

  private struct Unexpected: Error {
    var expected: String
  }

  /// A story as far as it has been read.
  private struct Draft {
    private var statements: [String] = []
    private var questions: [BabiStory.Question] = []
    /// For every line of the story the index of its statement, nil for questions.
    private var statementOfLine: [Int?] = []

    var finished: BabiStory? {
      questions.isEmpty ? nil : BabiStory(statements: statements, questions: questions)
    }

    mutating func add(_ text: Substring, number: Int) throws(Unexpected) {
      guard number == statementOfLine.count + 1 else {
        throw Unexpected(expected: "the number \(statementOfLine.count + 1), found \(number)")
      }
      let fields = text.split(separator: "\t", omittingEmptySubsequences: false).map(Self.trim)
      guard let sentence = fields.first, !sentence.isEmpty else {
        throw Unexpected(expected: "a sentence behind the number")
      }
      guard fields.count > 1 else {
        statementOfLine.append(statements.count)
        statements.append(sentence)
        return
      }
      guard !fields[1].isEmpty else {
        throw Unexpected(expected: "an answer behind the question and a tab")
      }
      var supporting: [Int] = []
      for word in fields.count > 2 ? fields[2].split(separator: " ") : [] {
        guard let line = Int(word), line >= 1, line < number,
          let statement = statementOfLine[line - 1]
        else {
          throw Unexpected(
            expected: "numbers of earlier statements behind the answer, found \(word)")
        }
        supporting.append(statement)
      }
      statementOfLine.append(nil)
      questions.append(
        .init(
          text: sentence, answer: fields[1], supportingStatements: supporting,
          statementCount: statements.count))
    }

    private static func trim(_ text: Substring) -> String {
      Array(text.utf8)[...].trimmed.string
    }
  }
}
