import Curriculum
import Foundation
import LanguageModels
import Tensors
import Tokenizers
import Tools

/// Answers that a model writes by itself, tools at hand.
struct WrittenAnswers {
  /// What is asked, and how it should be answered.
  struct Question {
    var prompt: Conversation
    var expected: Conversation.Turn
    var skill: Skill?
    var world: FactWorld?

    init(
      prompt: Conversation, expected: Conversation.Turn, skill: Skill? = nil,
      world: FactWorld? = nil
    ) {
      self.prompt = prompt
      self.expected = expected
      self.skill = skill
      self.world = world
    }

    /// A whole conversation, of which the last turn is what is expected.
    init(_ conversation: Conversation) {
      var prompt = conversation
      let expected = prompt.turns.removeLast()
      self.init(prompt: prompt, expected: expected)
    }
  }

  /// A question, what should be answered, and what was.
  struct Entry {
    var question: Question
    /// What the model wrote.
    var written: [Conversation.Part] = []
    /// Whether it ended by itself.
    var isFinished = false
    /// The probability of all tokens that the model chose.
    var confidence = 0.0

    var skill: Skill? { question.skill }

    /// The last words of the model.
    var text: String { Self.lastText(written) }
    var expectedText: String { Self.lastText(question.expected.parts) }

    /// Whether the final word is the right one.
    var isRight: Bool {
      isFinished && Lesson.finalWord(of: text) == Lesson.finalWord(of: expectedText)
    }

    var abstains: Bool { Lesson.isRefusal(text) }
    var shouldAbstain: Bool { Lesson.isRefusal(expectedText) }

    private static func lastText(_ parts: [Conversation.Part]) -> String {
      for case .text(let text) in parts.reversed() { return text }
      return ""
    }
  }

  /// Answers to every judged turn of `lessons` that fits the context, greedily, in the caller's precision; and how
  /// many do not fit.
  ///
  /// Every question comes with the lesson up to it, earlier answers as they should have been.
  static func collect(
    _ model: Transformer, _ format: ChatFormat, _ lessons: [Lesson]
  ) throws -> (entries: [Entry], skipped: Int) {
    let questions = lessons.flatMap { lesson in
      lesson.answers.map {
        Question(
          prompt: lesson.prompt(for: $0), expected: lesson.turn(of: $0), skill: $0.skill,
          world: lesson.world)
      }
    }
    let entries = try collect(model, format, questions: questions)
    return (entries, questions.count - entries.count)
  }

  /// Answers to the first `limit` questions that fit the context, greedily, in the caller's precision.
  static func collect(
    _ model: Transformer, _ format: ChatFormat, questions: [Question], limit: Int = .max
  ) throws -> [Entry] {
    var entries: [Entry] = []
    var requests: [BatchGenerator.Request] = []
    for question in questions where entries.count < limit {
      let prompt = format.prompt(question.prompt)
      // Twice the room of the right answer, so that rambling is possible and bounded.
      let needed = 2 * format.render(question.expected).tokens.count + 16
      guard prompt.count + needed <= model.configuration.contextLength else { continue }
      entries.append(Entry(question: question))
      requests.append(.init(prompt, limit: needed))
    }
    let asked = entries.map(\.question)
    let generator = BatchGenerator(
      model, stops: [format.end],
      insertion: .init(after: format.endCall) { request, written in
        let call = format.parts(written).last
        guard case .call(let text) = call else { return format.resultTokens("") }
        return format.resultTokens(answer(to: text, asked[request]))
      })
    let continuations = try generator.continuations(of: requests)
    for (index, continuation) in continuations.enumerated() {
      entries[index].written = format.parts(continuation.tokens)
      entries[index].isFinished = continuation.ending == .stop
      entries[index].confidence = exp(
        continuation.logProbabilities.reduce(0) { $0 + Double($1) })
    }
    return entries
  }

  /// What a tool gives back: the calculator by itself, the others what the lesson has for this call; nothing that
  /// was not offered.
  private static func answer(to call: String, _ question: Question) -> String {
    let announced = question.prompt.turns.filter { $0.role == .system }.flatMap {
      Toolbox.announcedNames(in: $0.text)
    }
    guard let name = ToolCall(call)?.name, announced.contains(name) else {
      return Toolbox().answer(call)
    }
    if name == "calculator" { return Toolbox([Calculator()]).answer(call) }
    let parts = question.expected.parts
    for (part, next) in zip(parts, parts.dropFirst()) {
      if part == .call(call), case .result(let text) = next { return text }
    }
    return name == "note" ? "saved" : "nothing found"
  }
}
