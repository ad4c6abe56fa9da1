import Individuals
import Tensors

/// A season: what the nights since the last one hold, and that one's own memory, become one memory, and theirs are
/// freed.
///
/// However long an individual lives, it carries one season and the nights since. Nothing new is learned: the teacher is the
/// individual with its nights, the student its core with the season's memory alone.
public struct Season {
  private let individual: Individual
  private let settings: NightSettings
  private let neutral: NeutralText
  private let rules: ExamRules?
  private let isReserved: @Sendable (String) -> Bool

  /// As ``Night/init(_:_:neutral:rules:isReserved:)``.
  public init(
    _ individual: Individual, _ settings: NightSettings, neutral: NeutralText,
    rules: ExamRules? = ExamRules(),
    isReserved: @escaping @Sendable (String) -> Bool = { _ in false }
  ) {
    self.individual = individual
    self.settings = settings
    self.neutral = neutral
    self.rules = rules
    self.isReserved = isReserved
  }

  /// Whether the nights since the last season are as many as a season has, or more where one was not kept.
  public func isDue() throws -> Bool {
    let period = settings.season.nights
    let nights = try individual.lineage().standing.count { !$0.isSeason }
    return period > 0 && nights >= period
  }

  /// Whether one was begun and not finished: a night that is begun now would discard its work.
  public func isBegun() throws -> Bool {
    try individual.interruptedNight().map(NightWork.isOfSeason) ?? false
  }

  /// Makes one memory of all.
  ///
  /// - Throws: ``SleepError``, and what the individual's files and the core's throw; the individual is
  ///   then as it was before.
  public func settle(
    isInterrupted: () -> Bool = { false }, report: @escaping (Night.Event) -> Void = { _ in }
  ) throws -> Night.Outcome {
    let nights = try individual.lineage().standing
    guard !nights.isEmpty else { throw SleepError.noNights(name: individual.name) }
    let settings = settings.ofSeason()
    let replay = try Replay(everythingOf: individual)
    let work = try NightWork(
      individual, settings, neutral: neutral, standsFor: nights.map(\.number), report: report)
    work.begin("asking the teacher")
    let training = try prepare(replay, settings)
    guard let memory = try work.learn(training, isInterrupted: isInterrupted) else {
      return .interrupted
    }
    let (recall, _) = try work.examine(
      .init(
        number: work.unfinished.number, memory: memory, standsFor: nights.map(\.number)))
    try rules?.judge(recall, of: .season)
    return try work.commit(recall)
  }

  private func prepare(_ replay: Replay, _ settings: NightSettings) throws -> NightTraining {
    try settings.precision.run {
      let teacher = try Mind.wake(individual)
      let core = try Mind.wake(individual, upTo: .some(nil))
      let studies = try NightStudies(
        distilling: teacher, core: core, replay, neutral, settings, isReserved: isReserved)
      var size = settings.size
      size.rank = settings.seasonRank(textTokens: studies.dayTokens)
      let nights = NightMemory.Beginnings.strongest(size.rank, on: teacher.model)
      size.firstBlock = nights.firstBlock ?? 0
      let memory = NightMemory.begin(
        settings.memory, size: size, on: core.model, seed: settings.seed,
        from: settings.season.beginsWithNights ? nights : .init())
      return try NightTraining(core.model, memory, studies)
    }
  }
}
