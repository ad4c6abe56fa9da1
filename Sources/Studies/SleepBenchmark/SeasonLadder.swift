import Foundation
import Individuals
import Sleep

/// The same nights made a season in several ways: how much of what they held is still recalled, their own memories
/// freed.
public struct SeasonLadder: Sendable {
  /// What came of one way.
  public struct Step: Sendable, Codable, Equatable {
    public var rung: SeasonRung
    public var recall: [Double]
    public var strangers, nearMisses: Double
    public var drift: Double
    public var abilities: SleepBenchmark.Abilities
    public var memoryBytes: Int
    public var seconds: Double
  }

  public struct Outcome: Sendable, Codable, Equatable {
    public var plan: SleepBenchmark.Plan
    /// Of the nights.
    public var recallBefore: [Double]
    public var memoryBytesBefore: Int
    /// Of the core.
    public var abilities: SleepBenchmark.Abilities
    public var steps: [Step]

    /// The share of what the nights recalled that a season recalls.
    public func kept(_ step: Step) -> Double {
      step.recall.reduce(0, +) / recallBefore.reduce(0, +)
    }
  }

  private let benchmark: SleepBenchmark

  public init(_ benchmark: SleepBenchmark) { self.benchmark = benchmark }

  /// Makes seasons of the individual that has lived through `lived` in `home`, each of a copy.
  public func climb(
    _ rungs: [SeasonRung], in home: Home, after lived: SleepBenchmark.Progress,
    report: (SeasonRung, Step) -> Void
  ) throws -> Outcome {
    let plan = benchmark.plan
    let days = benchmark.days
    var outcome = Outcome(
      plan: plan, recallBefore: lived.mornings.last?.recall ?? [],
      memoryBytesBefore: lived.mornings.last?.memoryBytes ?? 0, abilities: lived.before, steps: [])
    let neutral = try NeutralText.load(for: benchmark.core)
    for rung in rungs {
      let name = "\(SleepBenchmark.sleeper)-\(rung.rawValue)"
      let copy = home.root.appendingPathComponent(name)
      try? FileManager.default.removeItem(at: copy)
      try FileManager.default.copyItem(
        at: home.root.appendingPathComponent(SleepBenchmark.sleeper), to: copy)
      defer { try? FileManager.default.removeItem(at: copy) }
      let sleeper = try Individual.open(name: name, in: home)
      var settings = rung.settings(plan.settings)
      settings.seed = plan.seed
      let season = Season(
        sleeper, settings, neutral: neutral, rules: nil,
        isReserved: { benchmark.phrasings.contains($0) })
      guard case .committed(let record, _) = try season.settle() else { break }
      let mind = try Mind.wake(sleeper)
      let recall = try benchmark.recall(of: days, mind, sleeper)
      let step = Step(
        rung: rung, recall: recall.facts, strangers: recall.declined[.stranger] ?? 0,
        nearMisses: recall.declined[.nearMiss] ?? 0, drift: record.measures["drift"] ?? 0,
        abilities: try benchmark.abilities(mind),
        memoryBytes: try benchmark.memoryBytes(sleeper), seconds: record.seconds)
      outcome.steps.append(step)
      report(rung, step)
    }
    return outcome
  }
}
