import Curriculum
import Individuals

/// A question that a night considered, with what became of it: a line of `study.jsonl`.
public struct StudyEntry: Sendable, Codable, Equatable {
  /// What the question is.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Asks for what the day says.
    case question
    /// Asks of someone the day speaks of for what it does not say.
    case nearMiss
    /// Asks of someone the day does not know.
    case stranger
  }

  /// What became of it.
  public enum Verdict: String, Sendable, Codable, CaseIterable {
    /// Studied.
    case kept
    /// Set aside: asked in exams and never studied.
    case exam
    /// The teacher, with the passage in front of it, answers otherwise.
    case ungrounded
    /// The day says something else later on.
    case contradicted
    /// Good, in a round that was not.
    case refused
    /// Is there already.
    case duplicate
    /// In words that are not to be studied.
    case reserved
    /// About a concept that is not to be learned.
    case suppressed
  }

  public var kind: Kind
  /// Which episode and which of its sentences it is about; nil for what the day does not say.
  public var episode: Episode.ID?
  public var sentence: Int?
  /// What stood in front of the teacher.
  public var passage: String
  public var question: String
  /// The teacher's whole answer, or where it was not asked what was expected.
  public var answer: String
  public var verdict: Verdict

  public init(
    _ kind: Kind, _ question: String, answer: String, passage: String = "",
    episode: Episode.ID? = nil, sentence: Int? = nil, verdict: Verdict = .kept
  ) {
    self.kind = kind
    self.episode = episode
    self.sentence = sentence
    self.passage = passage
    self.question = question
    self.answer = answer
    self.verdict = verdict
  }

  /// The word that counts.
  public var finalWord: String { Lesson.finalWord(of: answer) }

  /// What the answer says it is an answer to, "The home of Mara?", however the question was worded; nil where it
  /// says nothing of the kind.
  public var key: String? {
    guard let place = answer.range(of: "? ", options: .backwards) else { return nil }
    return String(answer[..<place.lowerBound]) + "?"
  }
}
