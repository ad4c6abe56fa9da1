import Curriculum
import Foundation
import Individuals
import LanguageModels
import Sleep
import Tensors
import Tokenizers
import Training

/// Night after night on made-up worlds: what is recalled afterwards, asked in words that no night studied.
public struct SleepBenchmark: Sendable {
  public struct Plan: Sendable, Codable, Equatable {
    public var arm: SleepArm
    public var nights: Int
    /// Facts of a day.
    public var facts: Int
    public var seed: UInt64
    public var settings: NightSettings
    /// SHA-256 of the core's weights.
    public internal(set) var core = ""

    public init(
      _ arm: SleepArm, nights: Int = 8, facts: Int = 30, seed: UInt64,
      settings: NightSettings = NightSettings()
    ) {
      self.arm = arm
      self.nights = nights
      self.facts = facts
      self.seed = seed
      self.settings = settings
    }
  }

  /// One day, and the morning after it.
  public struct Morning: Sendable, Codable, Equatable {
    public var number: Int
    /// The share of every day's facts that is recalled, the first day first.
    public var recall: [Double]
    /// The share of questions about strangers, and about what is not said of someone known, that is declined.
    public var strangers, nearMisses: Double
    /// The share of all days' facts that is declined as well, though it was learned.
    public var wronglyDeclined: Double
    /// The relative change of bits per byte of neutral text against the core.
    public var drift: Double
    /// Bits of the day's text learned per token; 0 where nobody slept.
    public var bitsPerToken: Double
    /// Of the night.
    public var seconds: Double
    /// Of the night, and of the season where one followed.
    public var coreSeconds: Double
    /// Of all memories that are needed.
    public var memoryBytes: Int
    /// Of every stage of the night.
    public var stageSeconds: [String: Double]
    /// Where a season followed on the night: what was recalled before it.
    public var season: Settled?
  }

  /// A season, and what there was before it.
  public struct Settled: Sendable, Codable, Equatable {
    public var recallBefore: [Double]
    public var memoryBytesBefore: Int
    public var seconds: Double
  }

  /// What the core could do before the first night, and can after the last one: with facts in its context.
  public struct Abilities: Sendable, Codable, Equatable {
    public var lookup, abstention: Double
  }

  public struct Outcome: Sendable, Codable, Equatable {
    public var plan: Plan
    public var mornings: [Morning]
    public var before, after: Abilities

    public var matrix: RecallMatrix { RecallMatrix(mornings.map(\.recall)) }

    /// What all seasons together kept of what was recalled before them; nil where there were none.
    public var keptBySeasons: Double? {
      let settled = mornings.filter { $0.season != nil }
      let before = settled.reduce(0) { $0 + ($1.season?.recallBefore.reduce(0, +) ?? 0) }
      return before > 0 ? settled.reduce(0) { $0 + $1.recall.reduce(0, +) } / before : nil
    }
  }

  /// What is known of a run that goes on.
  public struct Progress: Sendable, Codable, Equatable {
    public var plan: Plan
    public var before: Abilities
    public var mornings: [Morning] = []

    /// The same as the beginning of `other`, which differs in nothing but the number of its nights; nil where it cannot be.
    public func asBeginning(of other: Plan) -> Progress? {
      var beginning = self
      beginning.plan.nights = other.nights
      return beginning.plan == other && mornings.count <= other.nights ? beginning : nil
    }
  }

  public let plan: Plan
  let core: CoreReference
  let phrasings: UnseenPhrasings
  let days: [FactDay]

  public init(_ plan: Plan, core: CoreReference) {
    var plan = plan
    plan.core = core.digest
    self.plan = plan
    self.core = core
    let phrasings = UnseenPhrasings(seed: plan.seed)
    self.phrasings = phrasings
    days = (1...plan.nights).map {
      FactDay(number: $0, facts: plan.facts, seed: plan.seed, phrasings)
    }
  }

  /// Lives through all days as a new individual in `home`, or as the one that came to `earlier` there.
  public func run(
    in home: Home, from earlier: Progress? = nil,
    events: @escaping (Night.Event) -> Void = { _ in }, report: (Progress) throws -> Void
  ) throws -> Outcome {
    let progress = try live(in: home, from: earlier, events: events, report: report)
    return Outcome(
      plan: plan, mornings: progress.mornings, before: progress.before,
      after: try abilities(Mind.wake(Individual.open(name: Self.sleeper, in: home))))
  }

  /// The same without a last look.
  public func live(
    in home: Home, from earlier: Progress? = nil,
    events: @escaping (Night.Event) -> Void = { _ in }, report: (Progress) throws -> Void
  ) throws -> Progress {
    let sleeper: Individual
    var progress: Progress
    if let earlier = earlier?.asBeginning(of: plan) {
      sleeper = try Individual.open(name: Self.sleeper, in: home)
      progress = earlier
    } else {
      sleeper = try Individual.create(name: Self.sleeper, core: core, in: home)
      progress = Progress(plan: plan, before: try abilities(Mind.wake(sleeper)))
      try report(progress)
    }
    let neutral = try NeutralText.load(for: core)
    while progress.mornings.count < plan.nights {
      let number = progress.mornings.count + 1
      progress.mornings.append(
        try live(Array(days[..<number]), sleeper, neutral, events: events))
      try report(progress)
    }
    return progress
  }

  /// The individual's name.
  static let sleeper = "sleeper"

  /// The last of `days`, its night, where one is due a season, and the morning after; each as far as it is not done yet.
  private func live(
    _ days: [FactDay], _ sleeper: Individual, _ neutral: NeutralText,
    events: @escaping (Night.Event) -> Void
  ) throws -> Morning {
    let number = days.count
    if try sleeper.journal.episodes().count < number {
      _ = try sleeper.journal.appendDocument(title: "day \(number)", text: days[number - 1].text)
    }
    var night: NightRecord?
    var settled: Settled?
    let startOfWork = ProcessorTime.used
    var work = 0.0
    if var settings = plan.arm.nights(plan.settings) {
      settings.seed = plan.seed &+ UInt64(number)
      if try sleeper.lineage().count(where: { !$0.isSeason }) < number {
        _ = try Night(
          sleeper, settings, neutral: neutral, rules: nil, isReserved: { phrasings.contains($0) }
        ).sleep(report: events)
      }
      night = try sleeper.lineage().last { !$0.isSeason }
      work = ProcessorTime.used - startOfWork
      let season = Season(
        sleeper, settings, neutral: neutral, rules: nil, isReserved: { phrasings.contains($0) })
      if try season.isDue() {
        let before = try recall(of: days, Mind.wake(sleeper), sleeper)
        let bytes = try memoryBytes(sleeper)
        let startOfSeason = ProcessorTime.used
        if case .committed(let record, _) = try season.settle(report: events) {
          settled = Settled(
            recallBefore: before.facts, memoryBytesBefore: bytes, seconds: record.seconds)
        }
        work += ProcessorTime.used - startOfSeason
      }
    }
    let recall = try recall(of: days, Mind.wake(sleeper), sleeper)
    let last = try sleeper.lineage().last
    return Morning(
      number: number, recall: recall.facts, strangers: recall.declined[.stranger] ?? 0,
      nearMisses: recall.declined[.nearMiss] ?? 0, wronglyDeclined: recall.declined[.fact] ?? 0,
      drift: last?.measures["drift"] ?? 0,
      bitsPerToken: night?.measures["bitsPerToken"] ?? 0, seconds: night?.seconds ?? 0,
      coreSeconds: work, memoryBytes: try memoryBytes(sleeper),
      stageSeconds: (night?.measures ?? [:]).filter { $0.key.hasPrefix("seconds of ") },
      season: settled)
  }

  func memoryBytes(_ sleeper: Individual) throws -> Int {
    try sleeper.lineage().standing.reduce(0) {
      $0 + (try sleeper.memoryFile(of: $1).resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
    }
  }

  /// The share of every day's facts that is recalled, and of every kind of question the share that is declined.
  func recall(
    of days: [FactDay], _ mind: Mind, _ sleeper: Individual
  ) throws -> (facts: [Double], declined: [FactDay.Question.Kind: Double]) {
    var facts: [Double] = []
    var declined: [FactDay.Question.Kind: [Bool]] = [:]
    for day in days {
      let answers = try ask(day, mind, sleeper)
      let asked = zip(day.questions, answers).filter { $0.0.kind == .fact }
      facts.append(
        Double(asked.count { Lesson.finalWord(of: $0.1) == $0.0.answer }) / Double(asked.count))
      for (question, answer) in zip(day.questions, answers) {
        declined[question.kind, default: []].append(Lesson.isRefusal(answer))
      }
    }
    return (facts, declined.mapValues { all in Double(all.count { $0 }) / Double(all.count) })
  }

  /// The answers to a day's questions; empty where one does not come to an end.
  private func ask(_ day: FactDay, _ mind: Mind, _ sleeper: Individual) throws -> [String] {
    let format = try ChatFormat(mind.tokenizer)
    let respondent = Respondent(model: mind.model, format: format)
    func answers(_ contexts: [String]) throws -> [String] {
      try plan.settings.precision.run {
        try respondent.replies(
          to: zip(contexts, day.questions).map {
            Respondent.conversation(asking: $1.text, about: $0)
          }, limit: Respondent.answerLimit)
      }.map { $0 ?? "" }
    }
    func found() throws -> [String] {
      try day.questions.map {
        try sleeper.journal.sentences(matching: $0.text).joined(separator: " ")
      }
    }
    let nothing = Array(repeating: "", count: day.questions.count)
    switch plan.arm.context {
    case .none: return try answers(nothing)
    case .found: return try answers(found())
    case .day:
      let room = mind.model.configuration.contextLength - 2 * Respondent.answerLimit
      return try answers(
        day.questions.map { day.text(around: $0, upTo: room, mind.tokenizer) })
    case .foundWhenUnknown:
      return try zip(answers(nothing), answers(found())).map {
        Lesson.isRefusal($0) ? $1 : $0
      }
    }
  }

  func abilities(_ mind: Mind) throws -> Abilities {
    try .measure(mind, plan.settings, plan.seed)
  }
}

extension SleepBenchmark.Abilities {
  static func measure(
    _ mind: Mind, _ settings: NightSettings, _ seed: UInt64
  ) throws -> SleepBenchmark.Abilities {
    var extent = CoreEvaluation.Extent()
    extent.lessonCount = 100
    extent.recallCount = 0
    extent.problemCount = 0
    let evaluation = try settings.precision.run {
      try CoreEvaluation.measure(
        mind.model, ChatFormat(mind.tokenizer), extent: extent, seed: seed)
    }
    return SleepBenchmark.Abilities(
      lookup: evaluation["lookup, 10 facts"] ?? 0, abstention: evaluation["abstention, F1"] ?? 0)
  }
}

/// What this process has kept processors busy for.
enum ProcessorTime {
  /// Seconds, summed over cores.
  static var used: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
