import Individuals
import LanguageModels
import Tensors
import Tokenizers

/// Everything that a night studies, with what its teachers believe.
struct NightStudies {
  /// The day's text, and that of earlier days; nil where there is none to be studied.
  let day, rehearsal: StudyMaterial?
  let oldSelf: OldSelf
  /// Questions of this night, and of earlier ones that still stand.
  let questions, earlierQuestions: [StudyMaterial]
  let steps: Int
  let settings: NightSettings
  /// Of everything that the day says, studied as text or not.
  let dayTokens: Int

  /// - Throws: ``SleepError`` for a day of which nothing can be studied, or too little neutral text.
  init(
    _ mind: Mind, core: Mind, _ replay: Replay, _ sheet: StudySheet, _ neutral: NeutralText,
    _ given: NightSettings, isReserved: @Sendable (String) -> Bool
  ) throws {
    let settings = given.fitted(toContext: mind.model.configuration.contextLength)
    func text(
      _ episodes: [Episode], _ belief: ([Int32]) throws -> SparseTargets
    ) throws -> StudyMaterial {
      StudyMaterial(
        joining: try episodes.map { DayText($0, mind.tokenizer).tokens }.filter { $0.count > 1 }
          .map {
            StudyMaterial(
              tokens: $0, belief: try belief($0), teacherShare: settings.teacherShare)
          })
    }
    questions = try Self.questions(sheet[.kept], mind, settings, withPassage: true)
    // What the day says anew is not rehearsed as it was.
    let renewed = Set(sheet[.kept].filter { $0.kind == .question }.compactMap(\.key))
    earlierQuestions =
      settings.questionRehearsal > 0
      ? try Self.questions(
        replay.earlierQuestions.filter { $0.key.map { !renewed.contains($0) } ?? true }, mind,
        settings, withPassage: false) : []
    var read: StudyMaterial?
    if settings.passes > 0 {
      let material = try text(replay.episodes) { try Teacher.beliefInContext(mind.model, $0) }
      if material.holds(settings.window) { read = material }
      guard read != nil || !questions.isEmpty else {
        throw SleepError.tooShort(tokens: material.tokens.count, needed: settings.window + 1)
      }
    }
    day = read
    dayTokens = replay.episodes.reduce(0) { $0 + mind.tokenizer.encode($1.text).count }
    var rehearsed: StudyMaterial?
    if settings.passes > 0, settings.rehearsalWindows > 0 {
      let material = try text(replay.earlier) {
        try Teacher.belief(mind.model, $0, window: settings.window)
      }
      if material.holds(settings.window) { rehearsed = material }
    }
    rehearsal = rehearsed
    let fitted = settings.fitted(
      toDay: day?.tokens.count ?? 0, questions: questions.count)
    steps = fitted.steps(dayTokens: day?.tokens.count ?? 0, questions: questions.count)
    oldSelf = try OldSelf(
      core, neutral, fitted, dayTokens: day?.tokens.count ?? 0, steps: steps,
      isReserved: isReserved)
    self.settings = fitted
  }

  /// Questions to be answered with nothing in the context, as the teacher answers them with the passage in front of
  /// it, or as the individual does without.
  private static func questions(
    _ entries: [StudyEntry], _ mind: Mind, _ settings: NightSettings, withPassage: Bool
  ) throws -> [StudyMaterial] {
    guard !entries.isEmpty else { return [] }
    let format = try ChatFormat(mind.tokenizer)
    return try WorkerPool.shared.map(entries.count) { index in
      let entry = entries[index]
      return StudyMaterial(
        asking: entry.question, about: withPassage ? entry.passage : "", answer: entry.answer,
        teacher: Respondent(model: mind.model, format: format), settings)
    }
  }
}

extension StudyMaterial {
  /// A question to be answered with nothing in the context, as `teacher` answers it with the passage in front of it.
  init(
    asking question: String, about passage: String = "", answer: String, teacher: Respondent,
    _ settings: NightSettings
  ) {
    let format = teacher.format
    let prompt = format.prompt(Respondent.conversation(asking: question))
    let answer = format.words(answer) + [format.end]
    let before = format.prompt(Respondent.conversation(asking: question, about: passage))
    self.init(
      tokens: prompt + answer, learnedFrom: prompt.count,
      belief: Teacher.belief(teacher.model, answer: answer, after: before),
      teacherShare: settings.questionTeacherShare, scale: settings.questionWeight)
  }
}
