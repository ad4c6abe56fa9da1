import Corpora
import Foundation
import Individuals
import Sleep

/// Night after night on real texts: how many of the words that surprised most are still written without the text.
public struct TextBenchmark: Sendable {
  public struct Plan: Sendable, Codable, Equatable {
    public var arm: SleepArm
    /// Of each day's text, with a digest of it.
    public var texts: [String]
    public var seed: UInt64
    public var settings: NightSettings
    /// SHA-256 of the core's weights.
    public var core: String
  }

  /// The morning after a night.
  public struct Morning: Sendable, Codable, Equatable {
    public var number: Int
    /// The share of every day's surprising words that is recalled, the first day first.
    public var cloze: [Double]
    /// Of every day's text with an empty context.
    public var bitsPerByte: [Double]
    /// Of the last day's, before its night.
    public var bitsPerByteBefore: Double
    public var tokens: Int
    public var drift, bitsPerToken: Double
    public var seconds, coreSeconds: Double
    public var memoryBytes: Int
    /// What there was after the season that followed on the night; nil where none did.
    public var season: Settled?
  }

  /// The morning after a season.
  public struct Settled: Sendable, Codable, Equatable {
    /// As ``Morning``'s.
    public var cloze: [Double]
    public var drift, seconds: Double
    public var memoryBytes: Int
  }

  public struct Outcome: Sendable, Codable, Equatable {
    public var plan: Plan
    public var mornings: [Morning]
    public var before, after: SleepBenchmark.Abilities

    public var matrix: RecallMatrix { RecallMatrix(mornings.map(\.cloze)) }

    /// Of each day, what is recalled at the end of what was on the morning after its own night.
    public var kept: [Double] {
      guard let last = mornings.last else { return [] }
      let end = last.season?.cloze ?? last.cloze
      return mornings.indices.map { end[$0] / mornings[$0].cloze[$0] }
    }

    /// What all seasons together kept of what was recalled before them; nil where there were none.
    public var keptBySeasons: Double? {
      let settled = mornings.filter { $0.season != nil }
      let before = settled.reduce(0) { $0 + $1.cloze.reduce(0, +) }
      let after = settled.reduce(0) { $0 + ($1.season?.cloze ?? []).reduce(0, +) }
      return before > 0 ? after / before : nil
    }
  }

  public let plan: Plan
  private let documents: [Document]
  private let core: CoreReference

  /// A night for each of `documents`.
  public init(
    _ arm: SleepArm, _ documents: [Document], seed: UInt64, settings: NightSettings,
    core: CoreReference
  ) {
    plan = Plan(
      arm: arm,
      texts: documents.map {
        "\($0.title) (SHA-256 \(ContentDigest.sha256(Data($0.plainText.utf8)).prefix(12)))"
      }, seed: seed, settings: settings, core: core.digest)
    self.documents = documents
    self.core = core
  }

  /// Sleeps on one text after another as a new individual in `home`.
  public func run(
    in home: Home, events: @escaping (Night.Event) -> Void = { _ in },
    report: (Morning) -> Void
  ) throws -> Outcome {
    let sleeper = try Individual.create(name: SleepBenchmark.sleeper, core: core, in: home)
    let neutral = try NeutralText.load(for: core)
    let before = try SleepBenchmark.Abilities.measure(Mind.wake(sleeper), plan.settings, plan.seed)
    var mornings: [Morning] = []
    for (index, document) in documents.enumerated() {
      _ = try sleeper.journal.appendDocument(title: document.title, text: document.plainText)
      guard var settings = plan.arm.nights(plan.settings) else { break }
      settings.seed = plan.seed &+ UInt64(index + 1)
      // Every morning asks about all of all days.
      (settings.examinedNights, settings.examinedBytes) = (.max, .max)
      // What the arm says of passes is for days of a few sentences.
      if settings.passes > 0 { settings.passes = plan.settings.passes }
      let start = ProcessorTime.used
      guard
        case .committed(let night, let recall) = try Night(
          sleeper, settings, neutral: neutral, rules: nil
        ).sleep(report: events), let day = recall.days.last
      else { break }
      var morning = Morning(
        number: index + 1, cloze: recall.days.map(\.clozeNow),
        bitsPerByte: recall.days.map(\.bitsPerByteNow), bitsPerByteBefore: day.bitsPerByteBefore,
        tokens: day.tokens, drift: recall.drift, bitsPerToken: day.bitsPerToken,
        seconds: night.seconds, coreSeconds: ProcessorTime.used - start,
        memoryBytes: recall.memoryBytes)
      let season = Season(sleeper, settings, neutral: neutral, rules: nil)
      if try season.isDue(),
        case .committed(let record, let recall) = try season.settle(report: events)
      {
        morning.season = Settled(
          cloze: recall.days.map(\.clozeNow), drift: recall.drift, seconds: record.seconds,
          memoryBytes: recall.memoryBytes)
      }
      mornings.append(morning)
      report(morning)
    }
    return Outcome(
      plan: plan, mornings: mornings, before: before,
      after: try .measure(Mind.wake(sleeper), plan.settings, plan.seed))
  }
}
