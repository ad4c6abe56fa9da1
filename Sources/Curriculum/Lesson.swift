import Foundation
import Tokenizers

/// What an answer shows that a core can do.
public enum Skill: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
  /// A fact is in the context, the question is in other words.
  case lookup
  /// The question gives the value and asks for the subject.
  case inverse
  /// One fact leads to the next.
  case twoHop = "two-hop"
  /// The context says one thing, later another: the later one stands.
  case update
  /// Nothing is said of this name.
  case stranger
  /// Something is said of this name, but not what is asked.
  case nearMiss = "near-miss"
  /// The fact is in memory, behind the `lookup` tool.
  case recall
  /// What should be remembered is given to the `note` tool.
  case note
  /// A passage is turned into study questions with answers.
  case reflection
  /// A passage is said in other words, turned around, or two of its subjects are related.
  case restatement
  case calculator
  /// Arithmetic with written steps.
  case arithmetic
  case spelling
  case smallTalk = "small talk"

  /// Whether the right answer is to say that one does not know.
  public var isAbstention: Bool { self == .stranger || self == .nearMiss }
}

/// A conversation in which some of the assistant's turns can be judged.
public struct Lesson: Sendable {
  /// One of the assistant's turns and what it shows.
  public struct Answer: Sendable {
    /// Which turn of the conversation.
    public var turn: Int
    public var skill: Skill
  }

  public private(set) var conversation = Conversation()
  public private(set) var answers: [Answer] = []
  /// What is true in the conversation's world, where it has one.
  public internal(set) var world: FactWorld?

  /// What the assistant says when it does not know.
  public static let unknown = "I don't know."

  mutating func setUp(_ text: String) { conversation.turns.append(.system(text)) }

  /// Adds a question with its answer.
  mutating func ask(_ question: String, _ skill: Skill, _ parts: [Conversation.Part]) {
    conversation.turns.append(.user(question))
    conversation.turns.append(.init(.assistant, parts))
    answers.append(.init(turn: conversation.turns.count - 1, skill: skill))
  }

  mutating func ask(_ question: String, _ skill: Skill, _ answer: String) {
    ask(question, skill, [.text(answer)])
  }

  /// Adds an exchange that is not judged.
  mutating func tell(_ text: String, reply: String) {
    conversation.turns += [.user(text), .assistant(reply)]
  }

  /// The final word of an answer: what follows its last colon or question mark, without the period.
  ///
  /// "The sister of Mara? Ilse." ends in "Ilse", "2 + 9 = 11: 11." in "11".
  public static func finalWord(of answer: String) -> String {
    let marks = [": ", "? "].compactMap { answer.range(of: $0, options: .backwards)?.upperBound }
    var word = answer[(marks.max() ?? answer.startIndex)...]
    while let last = word.last, last == "." || last.isWhitespace { word.removeLast() }
    return String(word.drop { $0.isWhitespace })
  }

  /// Whether an answer says that it is not known.
  public static func isRefusal(_ answer: String) -> Bool {
    finalWord(of: answer) == finalWord(of: unknown)
  }

  /// The conversation up to the question that `answer` answers.
  public func prompt(for answer: Answer) -> Conversation {
    Conversation(Array(conversation.turns[..<answer.turn]))
  }

  /// The turn with which `answer` was given.
  public func turn(of answer: Answer) -> Conversation.Turn { conversation.turns[answer.turn] }
}
