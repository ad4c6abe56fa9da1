import Curriculum
import LanguageModels
import Tensors
import Tokenizers

/// How many of a lesson's answers a model gives word for word, skill by skill.
///
/// An answer counts when every token of it that the assistant learns to write is the model's most likely
/// one, given those before it. That is exactly when greedy decoding writes it, so one reading of the
/// lesson tells what writing every answer would.
public struct AnswerAccuracy: Sendable, Codable, Equatable {
  /// Right answers among all.
  public struct Count: Sendable, Codable, Equatable {
    public var right = 0
    public var all = 0
    public var share: Double { all == 0 ? 0 : Double(right) / Double(all) }
  }

  public private(set) var bySkill: [Skill: Count] = [:]

  /// Reads `lessons`, each from its start up to the model's context length; answers beyond do not count.
  public static func measure(
    _ model: Transformer, _ format: ChatFormat, _ lessons: [Lesson]
  ) throws -> AnswerAccuracy {
    let results = try WorkerPool.shared.map(lessons.count) { index in
      try answers(model, format, lessons[index])
    }
    var accuracy = AnswerAccuracy()
    for (skill, isRight) in results.joined() {
      accuracy.bySkill[skill, default: Count()].all += 1
      if isRight { accuracy.bySkill[skill, default: Count()].right += 1 }
    }
    return accuracy
  }

  private static func answers(
    _ model: Transformer, _ format: ChatFormat, _ lesson: Lesson
  ) throws -> [(Skill, Bool)] {
    var tokens = [format.beginning]
    var isLearned = [false]
    var spans: [Range<Int>] = []
    for turn in lesson.conversation.turns {
      let rendered = format.render(turn)
      spans.append(tokens.count..<tokens.count + rendered.tokens.count)
      tokens += rendered.tokens
      isLearned += rendered.isLearned
    }
    let limit = min(tokens.count, model.configuration.contextLength + 1)
    let inputs = Tensor(indices: Array(tokens[..<(limit - 1)]), shape: [1, limit - 1])
    let guesses = model.logits(model.hidden(inputs)).argmax()
    return lesson.answers.compactMap { answer in
      let span = spans[answer.turn]
      guard span.upperBound <= limit else { return nil }
      let isRight = span.allSatisfy { !isLearned[$0] || guesses[$0 - 1] == Int(tokens[$0]) }
      return (answer.skill, isRight)
    }
  }
}
