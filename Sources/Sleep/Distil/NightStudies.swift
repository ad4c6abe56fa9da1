import Individuals
import LanguageModels
import Lens
import Tensors
import Tokenizers

/// Everything that a night studies, with what its teachers believe.
struct NightStudies {
  /// The day's text, and that of earlier days; nil where there is none to be studied.
  private(set) var day: StudyMaterial?
  let rehearsal: StudyMaterial?
  private(set) var oldSelf: OldSelf
  /// Questions of this night, and of earlier ones that still stand.
  private(set) var questions, earlierQuestions: [StudyMaterial]
  let steps: Int
  let settings: NightSettings
  /// Of everything that the day says, studied as text or not.
  let dayTokens: Int

  /// What a night studies: its day, and a part of what was learned before.
  ///
  /// - Throws: ``SleepError`` for a day of which nothing can be studied, or too little neutral text.
  init(
    _ mind: Mind, core: Mind, _ replay: Replay, _ sheet: StudySheet, _ neutral: NeutralText,
    _ given: NightSettings, isReserved: @Sendable (String) -> Bool
  ) throws {
    let settings = Self.fitted(given, to: mind, sheet[.kept])
    let questions = try Self.questions(sheet[.kept], mind, settings, withPassage: true)
    // What the day says anew is not rehearsed as it was.
    let renewed = Set(sheet[.kept].filter { $0.kind == .question }.compactMap(\.key))
    let earlierQuestions =
      settings.questionRehearsal > 0
      ? try Self.questions(
        Self.drawn(
          replay.earlierQuestions.filter { $0.key.map { !renewed.contains($0) } ?? true },
          settings), mind, settings, withPassage: false) : []
    var day: StudyMaterial?
    if settings.passes > 0 {
      let texts = replay.episodes.map { DayText($0, mind.tokenizer).tokens }
      let material = try Self.text(texts, settings) {
        try Teacher.beliefInContext(mind.model, $0)
      }
      if material.holds(settings.window) { day = material }
      guard day != nil || !questions.isEmpty else {
        throw SleepError.tooShort(tokens: material.tokens.count, needed: settings.window + 1)
      }
    }
    let rehearsal =
      settings.passes > 0 && settings.rehearsalWindows > 0
      ? try Self.recalledText(replay.earlier, mind, settings) : nil
    try self.init(
      day: day, rehearsal: rehearsal, questions: questions, earlierQuestions: earlierQuestions,
      dayTokens: replay.episodes.reduce(0) { $0 + mind.tokenizer.encode($1.text).count },
      core: core, neutral, settings, isReserved: isReserved)
  }

  /// What a season studies: everything that was ever learned, with what the individual believes of it by now.
  init(
    distilling mind: Mind, core: Mind, _ replay: Replay, _ neutral: NeutralText,
    _ given: NightSettings, isReserved: @Sendable (String) -> Bool
  ) throws {
    let asked = Self.asked(replay.earlierQuestions, inWays: given.season.mostWordings)
    let settings = Self.fitted(given, to: mind, asked)
    let day = settings.passes > 0 ? try Self.recalledText(replay.earlier, mind, settings) : nil
    let questions = try Self.questions(asked, mind, settings, withPassage: false)
    let tokens = day?.tokens.count ?? 0
    try self.init(
      day: day, rehearsal: nil, questions: questions, earlierQuestions: [], dayTokens: tokens,
      core: core, neutral, settings.fitted(toSeason: tokens, questions: questions.count),
      isReserved: isReserved)
  }

  private init(
    day: StudyMaterial?, rehearsal: StudyMaterial?, questions: [StudyMaterial],
    earlierQuestions: [StudyMaterial], dayTokens: Int, core: Mind, _ neutral: NeutralText,
    _ settings: NightSettings, isReserved: @Sendable (String) -> Bool
  ) throws {
    let textTokens = day?.tokens.count ?? 0
    let fitted = settings.fitted(toDay: textTokens, questions: questions.count)
    (self.day, self.rehearsal) = (day, rehearsal)
    (self.questions, self.earlierQuestions) = (questions, earlierQuestions)
    self.dayTokens = dayTokens
    steps = fitted.steps(dayTokens: textTokens, questions: questions.count)
    oldSelf = try OldSelf(
      core, neutral, fitted, dayTokens: textTokens, steps: steps, isReserved: isReserved)
    self.settings = fitted
  }

  /// The same, with the questions, which are gone through again and again, read by `model` as far as `block`.
  func read(by model: Transformer, before block: Int) throws -> NightStudies {
    guard block > 0 else { return self }
    var studies = self
    studies.questions = try StudyMaterial.read(questions, by: model, before: block)
    studies.earlierQuestions = try StudyMaterial.read(earlierQuestions, by: model, before: block)
    studies.oldSelf.strangers = try StudyMaterial.read(
      oldSelf.strangers, by: model, before: block)
    return studies
  }

  /// The same without what `weights` leave out of the day, and with more of what they amplify; questions that are not to be
  /// studied are none of it (see ``StudySheet/suppressed(by:_:)``).
  func weighted(by weights: ConceptWeights) -> NightStudies {
    var studies = self
    studies.day = day.flatMap { $0.weighted(by: weights.factors($0.tokens, isWhole: false)) }
    studies.questions = questions.compactMap { question in
      let factors = weights.factors(question.tokens, isWhole: true)
      return question.weighted(by: factors.map { $0 == 0 ? 1 : $0 })
    }
    return studies
  }

  private static func fitted(
    _ given: NightSettings, to mind: Mind, _ entries: [StudyEntry]
  ) -> NightSettings {
    let answered = entries.filter { $0.kind == .question }
    return given.fitted(toContext: mind.model.configuration.contextLength)
      .fitted(toQuestions: answered.count, answers: Set(answered.map(\.answer)).count)
  }

  /// Questions to rehearse: of what is asked in many ways a few, so that everything has its turn; and what has no answer
  /// in proportion.
  private static func drawn(_ entries: [StudyEntry], _ settings: NightSettings) -> [StudyEntry] {
    var random = RandomSource(seed: settings.seed, name: "rehearsal")
    let shuffled = entries.shuffled(using: &random)
    let questions = asked(
      shuffled.filter { $0.kind == .question }, inWays: settings.rehearsedWordings)
    let share = Double(questions.count) / Double(max(entries.count { $0.kind == .question }, 1))
    let others = shuffled.filter { $0.kind != .question }
    let all = questions + others.prefix(Int(share * Double(others.count)))
    return Array(all.shuffled(using: &random).prefix(settings.rehearsedQuestions))
  }

  /// Of the questions with one answer the first `count`; all that have none.
  private static func asked(_ entries: [StudyEntry], inWays count: Int) -> [StudyEntry] {
    var ways: [String: Int] = [:]
    return entries.filter { entry in
      guard entry.kind == .question else { return true }
      ways[entry.answer, default: 0] += 1
      return ways[entry.answer]! <= count
    }
  }

  private static func text(
    _ texts: [[Int32]], _ settings: NightSettings, _ belief: ([Int32]) throws -> SparseTargets
  ) throws -> StudyMaterial {
    StudyMaterial(
      joining: try texts.filter { $0.count > 1 }.map {
        StudyMaterial(tokens: $0, belief: try belief($0), teacherShare: settings.teacherShare)
      })
  }

  /// Text of earlier days with what the individual believes of it; nil where it fills no window.
  private static func recalledText(
    _ episodes: [Episode], _ mind: Mind, _ settings: NightSettings
  ) throws -> StudyMaterial? {
    let texts = episodes.map { DayText($0, mind.tokenizer).tokens }
    let material = try text(drawn(texts, settings), settings) {
      try Teacher.belief(mind.model, $0, window: settings.window)
    }
    return material.holds(settings.window) ? material : nil
  }

  /// Passages of so many windows, of all texts as much as there may be; everything where it is not more.
  private static func drawn(_ texts: [[Int32]], _ settings: NightSettings) -> [[Int32]] {
    let total = texts.reduce(0) { $0 + $1.count }
    guard total > settings.rehearsedTokens else { return texts }
    let length = 8 * settings.window + 1
    let passages = texts.flatMap { text in
      stride(from: 0, to: text.count, by: length).map { Array(text[$0...].prefix(length)) }
    }
    var random = RandomSource(seed: settings.seed, name: "rehearsed passages")
    let order = Array(passages.indices).shuffled(using: &random)
    var room = settings.rehearsedTokens
    let chosen = order.filter { index in
      defer { room -= passages[index].count }
      return room >= passages[index].count
    }
    return chosen.sorted().map { passages[$0] }
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
