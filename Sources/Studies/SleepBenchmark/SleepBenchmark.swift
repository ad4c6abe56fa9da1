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
    /// The relative change of bits per byte of neutral text against the core.
    public var drift: Double
    /// Bits of the day's text learned per token; 0 where nobody slept.
    public var bitsPerToken: Double
    /// Of the night.
    public var seconds, coreSeconds: Double
    public var memoryBytes: Int
    /// Of every stage of the night.
    public var stageSeconds: [String: Double]
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
  }

  public let plan: Plan
  private let core: CoreReference

  public init(_ plan: Plan, core: CoreReference) {
    self.plan = plan
    self.core = core
  }

  /// Lives through all days as a new individual in `home`.
  public func run(
    in home: Home, events: (Night.Event) -> Void = { _ in }, report: (Morning) -> Void
  ) throws -> Outcome {
    let phrasings = UnseenPhrasings(seed: plan.seed)
    let sleeper = try Individual.create(name: "sleeper", core: core, in: home)
    let neutral = try NeutralText.load(for: core)
    let before = try abilities(Mind.wake(sleeper))
    var days: [FactDay] = []
    var mornings: [Morning] = []
    for number in 1...plan.nights {
      let day = FactDay(number: number, facts: plan.facts, seed: plan.seed, phrasings)
      days.append(day)
      _ = try sleeper.journal.appendDocument(title: "day \(number)", text: day.text)
      let (start, startOfWork) = (Date(), ProcessorTime.used)
      var night: NightRecord?
      if var settings = plan.arm.nights(plan.settings) {
        settings.seed = plan.seed &+ UInt64(number)
        let outcome = try Night(
          sleeper, settings, neutral: neutral, rules: nil,
          isReserved: { phrasings.contains($0) }
        ).sleep(report: events)
        guard case .committed(let record, _) = outcome else { break }
        night = record
      }
      let (seconds, work) = (Date().timeIntervalSince(start), ProcessorTime.used - startOfWork)
      let mind = try Mind.wake(sleeper)
      var recall: [Double] = []
      var declined: [FactDay.Question.Kind: [Bool]] = [:]
      for day in days {
        let answers = try ask(day, mind, sleeper)
        let facts = zip(day.questions, answers).filter { $0.0.kind == .fact }
        recall.append(
          Double(facts.count { Lesson.finalWord(of: $0.1) == $0.0.answer }) / Double(facts.count))
        for (question, answer) in zip(day.questions, answers) where question.answer == nil {
          declined[question.kind, default: []].append(Lesson.isRefusal(answer))
        }
      }
      func share(_ kind: FactDay.Question.Kind) -> Double {
        let all = declined[kind] ?? []
        return Double(all.count { $0 }) / Double(max(all.count, 1))
      }
      let memory = sleeper.folder(ofNight: night?.number ?? 0)
        .appendingPathComponent(Mind.memoryFileName)
      let morning = Morning(
        number: number, recall: recall, strangers: share(.stranger), nearMisses: share(.nearMiss),
        drift: night?.measures["drift"] ?? 0, bitsPerToken: night?.measures["bitsPerToken"] ?? 0,
        seconds: seconds, coreSeconds: work,
        memoryBytes: (try? memory.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0,
        stageSeconds: (night?.measures ?? [:]).filter { $0.key.hasPrefix("seconds of ") })
      mornings.append(morning)
      report(morning)
    }
    return Outcome(
      plan: plan, mornings: mornings, before: before, after: try abilities(Mind.wake(sleeper)))
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

  private func abilities(_ mind: Mind) throws -> Abilities {
    var extent = CoreEvaluation.Extent()
    extent.lessonCount = 100
    extent.recallCount = 0
    extent.problemCount = 0
    let evaluation = try plan.settings.precision.run {
      try CoreEvaluation.measure(
        mind.model, ChatFormat(mind.tokenizer), extent: extent, seed: plan.seed)
    }
    return Abilities(
      lookup: evaluation["lookup, 10 facts"] ?? 0, abstention: evaluation["abstention, F1"] ?? 0)
  }
}

/// What this process has kept processors busy for.
enum ProcessorTime {
  /// Seconds, summed over cores.
  static var used: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
