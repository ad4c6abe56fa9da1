import Briefs
import Corpora
import Curriculum
import Foundation
import Individuals
import Sleep
import Tensors
import Training

/// Whether a brief finds the five passages of a day that are new among those that are known.
///
/// The individual has slept on what is known. The day then says it again, with five passages among it that it never read.
public struct PlantedBenchmark: Sendable {
  /// What the passages are.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Three facts each, the known ones in other wordings than before.
    case facts
    /// Of a real talk, the new ones of another talk.
    case talk
  }

  public struct Outcome: Sendable, Codable, Equatable {
    public var kind: Kind
    public var seed: UInt64
    public var known: Int
    /// The share of the planted passages among the five that a way chooses.
    public var recall: [String: Double]
  }

  static let planted = 5
  private static let known = (facts: 20, talk: 45)
  public static let brief = "the brief"
  public static let surprise = "surprise of the individual"

  private let core: CoreReference
  private let settings: NightSettings

  public init(core: CoreReference, settings: NightSettings) {
    (self.core, self.settings) = (core, settings)
  }

  /// Of made-up facts.
  public func facts(seed: UInt64, in home: Home) throws -> Outcome {
    var random = RandomSource(seed: seed, name: "planted facts")
    let old = FactWorld(factCount: 3 * Self.known.facts, using: &random)
    let new = FactWorld(factCount: 3 * Self.planted, using: &random)
    func passages(_ statements: [String]) -> [String] {
      stride(from: 0, to: statements.count - 2, by: 3).map {
        statements[$0..<$0 + 3].joined(separator: " ")
      }
    }
    let history = passages(old.statements(using: &random)).joined(separator: "\n\n")
    return try outcome(
      .facts, history: history, known: passages(old.statements(using: &random)),
      new: passages(new.statements(using: &random)), seed: seed, in: home)
  }

  /// Of two talks, of which the first is known.
  public func talk(_ known: Document, _ new: Document, seed: UInt64, in home: Home) throws
    -> Outcome
  {
    var random = RandomSource(seed: seed, name: "planted talk")
    func passages(_ document: Document, _ count: Int) -> [String] {
      let remarks = Remark.all(in: Episode(of: document, number: 1)).map(\.quote)
        .filter { $0.utf8.count >= 100 }
      return Array(remarks.shuffled(using: &random).prefix(count))
    }
    return try outcome(
      .talk, history: known.plainText, known: passages(known, Self.known.talk),
      new: passages(new, Self.planted), seed: seed, in: home)
  }

  private func outcome(
    _ kind: Kind, history: String, known: [String], new: [String], seed: UInt64, in home: Home
  ) throws -> Outcome {
    var random = RandomSource(seed: seed, name: "order")
    let reader = try Individual.create(
      name: "reader-\(kind.rawValue)-\(seed)", core: core, in: home)
    let neutral = try NeutralText.load(for: core)
    var settings = settings
    settings.seed = seed
    func sleep(on text: String, _ title: String) throws -> NightRecord? {
      _ = try reader.journal.appendDocument(title: title, text: text)
      settings.seed &+= 1
      guard
        case .committed(let night, _) = try Night(reader, settings, neutral: neutral, rules: nil)
          .sleep()
      else { return nil }
      return night
    }
    _ = try sleep(on: history, "what is known")
    let episode = (known + new).shuffled(using: &random).joined(separator: "\n\n")
    guard let night = try sleep(on: episode, "the day"),
      let weighed = WeighedDay.read(in: reader.folder(ofNight: night.number)),
      let brief = Brief.read(in: reader.folder(ofNight: night.number))
    else { return Outcome(kind: kind, seed: seed, known: known.count, recall: [:]) }
    let candidates = try weighed.candidates(of: reader.journal)
    let remarks = candidates.map(\.remark)
    let planted = Set(new)
    func recall(_ chosen: [Remark]) -> Double {
      Double(chosen.prefix(Self.planted).count { planted.contains($0.quote) })
        / Double(Self.planted)
    }
    let coreBits = try settings.precision.run {
      try CoreSurprise(reader).bits(of: remarks, in: reader.journal)
    }
    var outcome = Outcome(kind: kind, seed: seed, known: known.count, recall: [:])
    outcome.recall[Self.brief] = recall(brief.insights.map(\.remark))
    for baseline in Baseline.allCases {
      outcome.recall[baseline.title] = recall(
        baseline.choose(Self.planted, from: remarks, coreBits: coreBits))
    }
    return outcome
  }

  public static func report(_ outcomes: [Outcome]) -> ReportDocument {
    let kinds = Kind.allCases.filter { kind in outcomes.contains { $0.kind == kind } }
    let ways = [brief] + Baseline.allCases.map(\.title)
    let table = ReportTable(
      "planted passages among the five chosen, mean over the seeds, lowest and highest beside it",
      [.text("chosen by")] + kinds.map { .number($0.rawValue) },
      rows: ways.map { way in
        [.init(way)]
          + kinds.map { kind in
            .init(spread: outcomes.filter { $0.kind == kind }.compactMap { $0.recall[way] })
          }
      })
    let seeds = Set(outcomes.map(\.seed)).sorted().map { "\($0)" }.joined(separator: ", ")
    return ReportDocument(
      "What is new among what is known",
      [
        .paragraph(
          "Five new passages among \(known.facts) known ones of three facts each, in other wordings than before, or among \(known.talk) "
            + "known ones of a real talk, seeds \(seeds)."),
        .table(table),
      ])
  }
}
