import Briefs
import Corpora
import Foundation
import Individuals
import Sleep

/// Morning after morning: every text is a day, every day has its night and its brief.
public struct MorningsBenchmark: Sendable {
  public struct Morning: Sendable, Codable, Equatable {
    public var night: Int
    public var title: String
    public var tokens: Int
    /// Of the night, and of the season that followed where one was due.
    public var seconds: Double
    public var seasonSeconds: Double?
    /// The most the process had in memory so far.
    public var peakBytes: Int
    public var insights: Int
    /// How many of them an earlier brief had told already.
    public var repeated: Int
    /// How many have related insights of earlier mornings.
    public var withRelated: Int
    public var recalledNow: Double
    public var fading: Int
  }

  private let documents: [Document]
  private let settings: NightSettings
  private let core: CoreReference

  public init(_ documents: [Document], settings: NightSettings, core: CoreReference) {
    (self.documents, self.settings, self.core) = (documents, settings, core)
  }

  static let reader = "reader"

  /// Lives through all days in `home`, going on where an earlier run stopped; `note` hears of every morning.
  public func run(
    in home: Home, events: @escaping (Night.Event) -> Void = { _ in },
    isInterrupted: () -> Bool = { false }, note: (Morning) -> Void
  ) throws -> [Morning] {
    let reader =
      try home.names().contains(Self.reader)
      ? Individual.open(name: Self.reader, in: home)
      : Individual.create(name: Self.reader, core: core, in: home)
    let neutral = try NeutralText.load(for: core)
    for document in documents {
      _ = try reader.journal.appendDocument(document, from: nil)
      let number = try reader.nextSeed()
      var settings = settings
      settings.seed = settings.seed &+ number
      var hasSlept = false
      if try !reader.unsleptEpisodes().isEmpty {
        let night = Night(reader, settings, neutral: neutral, rules: nil)
        guard case .committed = try night.sleep(isInterrupted: isInterrupted, report: events)
        else { break }
        hasSlept = true
      }
      let season = Season(reader, settings, neutral: neutral, rules: nil)
      if try season.isDue() {
        guard case .committed = try season.settle(isInterrupted: isInterrupted, report: events)
        else { break }
      }
      if hasSlept, let morning = try Self.mornings(of: reader).last { note(morning) }
    }
    return try Self.mornings(of: reader)
  }

  /// What the nights of an individual left behind.
  private static func mornings(of reader: Individual) throws -> [Morning] {
    var told: [Remark] = []
    var mornings: [Morning] = []
    for record in try reader.lineage() {
      guard !record.isSeason else {
        if let last = mornings.indices.last { mornings[last].seasonSeconds = record.seconds }
        continue
      }
      guard let brief = Brief.read(in: reader.folder(ofNight: record.number)) else { continue }
      let remarks = brief.insights.map(\.remark)
      mornings.append(
        Morning(
          night: record.number, title: brief.day.titles.joined(separator: ", "),
          tokens: brief.day.tokens, seconds: record.seconds,
          peakBytes: Int(record.measures["peakMemoryBytes"] ?? 0), insights: remarks.count,
          repeated: remarks.count { $0.isNearly(anyOf: told) },
          withRelated: brief.insights.count { !$0.related.isEmpty },
          recalledNow: brief.day.recalledNow, fading: brief.fading.count))
      told += remarks
    }
    return mornings
  }
}

extension Individual {
  /// Different for every night.
  fileprivate func nextSeed() throws -> UInt64 { UInt64(try lineage().count + 1) }
}
