import Curriculum
import Individuals
import LanguageModels
import Tensors
import Tokenizers

/// What a night holds on to: the core's own beliefs about what has nothing to do with any day.
///
/// Plain text keeps how it reads, conversations about made-up worlds keep what it can do with a text in front of it,
/// and questions about people that nobody knows keep that it says so.
struct OldSelf {
  let texts: [StudyMaterial]
  /// How many of them a step takes.
  let textsPerStep: Int
  let conversations: [StudyMaterial]
  var strangers: [StudyMaterial]

  /// As much as `steps` steps will see of each, or as there is.
  ///
  /// - Throws: ``SleepError/tooLittleNeutralText(tokens:needed:)``.
  init(
    _ core: Mind, _ neutral: NeutralText, _ settings: NightSettings, dayTokens: Int, steps: Int,
    isReserved: @Sendable (String) -> Bool
  ) throws {
    textsPerStep = settings.neutralWindows(dayTokens: dayTokens, steps: steps)
    texts =
      textsPerStep > 0
      ? try Self.texts(core, neutral, settings, count: steps * textsPerStep) : []
    guard let format = try? ChatFormat(core.tokenizer) else {
      (conversations, strangers) = ([], [])
      return
    }
    conversations = try Self.conversations(
      core, format, settings, count: steps * settings.keptConversations, isReserved)
    strangers = try Self.strangers(core, format, settings, isReserved)
  }

  private static func texts(
    _ core: Mind, _ neutral: NeutralText, _ settings: NightSettings, count: Int
  ) throws -> [StudyMaterial] {
    let window = settings.neutralWindow
    let tokens = core.tokenizer.encode(neutral.keep)
    guard tokens.count > window + 1 else {
      throw SleepError.tooLittleNeutralText(tokens: tokens.count, needed: window + 2)
    }
    var random = RandomSource(seed: settings.seed, name: "neutral text")
    // From all over the text, and with borders elsewhere every night.
    let first = random.integer(in: 0..<max(min(window, tokens.count - window - 1), 1))
    let starts = Array(stride(from: first, to: tokens.count - window - 1, by: window))
      .shuffled(using: &random).prefix(count)
    return try WorkerPool.shared.map(starts.count) { index in
      let excerpt = Array(tokens[starts[index]...starts[index] + window])
      return StudyMaterial(
        tokens: excerpt, belief: try Teacher.belief(core.model, excerpt, window: window),
        teacherShare: 1, scale: settings.neutralWeight)
    }
  }

  /// Lessons about worlds of their own, as far as they fit a window.
  private static func conversations(
    _ core: Mind, _ format: ChatFormat, _ settings: NightSettings, count: Int,
    _ isReserved: @Sendable (String) -> Bool
  ) throws -> [StudyMaterial] {
    let curriculum = Curriculum(seed: settings.seed)
    var chosen: [[Int32]] = []
    var number = 0
    while chosen.count < count {
      let first = number
      number += count - chosen.count
      chosen += try WorkerPool.shared.map(number - first) { offset -> [Int32]? in
        let conversation = curriculum.lesson(named: "night \(first + offset)").conversation
        if conversation.asks(isReserved) { return nil }
        return Array(format.render(conversation).tokens.prefix(settings.neutralWindow + 1))
      }.compactMap(\.self)
    }
    return try WorkerPool.shared.map(chosen.count) { [chosen] index in
      StudyMaterial(
        tokens: chosen[index],
        belief: try Teacher.belief(core.model, chosen[index], window: settings.neutralWindow),
        teacherShare: 1, scale: settings.neutralWeight)
    }
  }

  /// Questions about people of worlds that are not told, where the core says that it does not know.
  private static func strangers(
    _ core: Mind, _ format: ChatFormat, _ settings: NightSettings,
    _ isReserved: @Sendable (String) -> Bool
  ) throws -> [StudyMaterial] {
    var random = RandomSource(seed: settings.seed, name: "strangers")
    var questions: [String] = []
    while questions.count < settings.keptStrangers {
      let question = FactWorld.question(aboutAnyone: &random)
      if !isReserved(question) { questions.append(question) }
    }
    let respondent = Respondent(model: core.model, format: format)
    let answers = try respondent.replies(
      to: questions.map { Respondent.conversation(asking: $0) }, limit: Respondent.answerLimit)
    let declined = zip(questions, answers).compactMap { question, answer in
      answer.flatMap { Lesson.isRefusal($0) ? (question, $0) : nil }
    }
    return try WorkerPool.shared.map(declined.count) { index in
      let (question, answer) = declined[index]
      return StudyMaterial(asking: question, answer: answer, teacher: respondent, settings)
    }
  }
}

extension Conversation {
  /// Whether anybody asks a question of which `isReserved` is true, be it in a quiz that the assistant writes.
  fileprivate func asks(_ isReserved: (String) -> Bool) -> Bool {
    turns.contains { turn in
      turn.text.split(separator: "\n").contains { line in
        isReserved(String(line))
          || StudyItem.parse(String(line)).contains { $0.map { isReserved($0.question) } ?? false }
      }
    }
  }
}
