import Foundation
import Individuals
import LanguageModels
import Layers

/// One of an individual's memories, from the one that changes with every token to the one that never does.
public struct MemoryLevel: Sendable, Encodable {
  public var name: String
  /// When it changes, in words.
  public var period: String
  public var holds: String
  public var bytes: Int?
  public var changedAt: Date?
  /// What the last exam found.
  public var recall: String?

  /// The levels of an individual, the quickest first.
  ///
  /// - Throws: what reading its files and opening its core throw.
  public static func all(of person: Individual) throws -> [MemoryLevel] {
    let core = try LanguageModel.open(person.core.url)
    let episodes = try person.journal.episodes()
    var levels = [
      context(of: core.model),
      MemoryLevel(
        name: "journal", period: "\(MemoryPeriod.turn)",
        holds: "\(counted(episodes.count, "episode")), looked up by their words",
        bytes: person.journalBytes, changedAt: episodes.map(\.readAt).max()),
    ]
    let lineage = try person.lineage()
    let standing = Set(lineage.standing.map(\.number))
    for night in lineage {
      let isNeeded = standing.contains(night.number)
      levels.append(
        MemoryLevel(
          name: "\(night.isSeason ? "season" : "night") \(night.number)",
          period: "\(night.isSeason ? MemoryPeriod.season : .sleep)",
          holds: (night.isSeason
            ? "what \(night.standsFor.count) memories held"
            : counted(night.episodes.count, "episode"))
            + (isNeeded ? ", kept as \(night.substrate)" : ", by now in a season"),
          bytes: isNeeded
            ? try person.memoryFile(of: night).resourceValues(forKeys: [.fileSizeKey]).fileSize
            : nil,
          changedAt: night.createdAt, recall: try recall(of: night, in: lineage, person)))
    }
    levels += paces(of: core.model)
    levels.append(
      MemoryLevel(
        name: "core", period: "\(MemoryPeriod.never)",
        holds: "\(core.model.parameters.count) parameters, \(person.core.identifier)",
        bytes: try person.core.weightsBytes(), changedAt: nil))
    return levels
  }

  private static func context(of model: Transformer) -> MemoryLevel {
    let configuration = model.configuration
    guard configuration.memory == nil else {
      return MemoryLevel(
        name: "context", period: "\(MemoryPeriod.tokens(1))",
        holds: "states of one size, of \(configuration.contextLength) tokens at most",
        bytes: model.stateByteCount)
    }
    return MemoryLevel(
      name: "context", period: "\(MemoryPeriod.tokens(1))",
      holds: "\(configuration.contextLength) tokens of \(configuration.cacheBytesPerToken) bytes",
      bytes: configuration.contextLength * configuration.cacheBytesPerToken)
  }

  /// The levels of a core's feed-forward blocks, as fast as they were when the core was trained.
  private static func paces(of model: Transformer) -> [MemoryLevel] {
    (model.configuration.continuum?.periods ?? []).enumerated().map { number, period in
      let parameters = model.parameters.parameters
        .filter { ContinuumMemory.level(ofPath: $0.path) == number }
        .reduce(0) { $0 + $1.shape.count }
      return MemoryLevel(
        name: "core, level \(number + 1)",
        period: "\(MemoryPeriod.steps(period))",
        holds: "\(parameters) parameters", bytes: nil)
    }
  }

  /// What the last exam that asked about a night found: not every exam asks about all.
  private static func recall(
    of night: NightRecord, in lineage: [NightRecord], _ person: Individual
  ) throws -> String? {
    for examined in lineage.reversed() where examined.number >= night.number {
      let exam = try RecallReport.read(ofNight: examined.number, person)
      if let day = exam?.days.first(where: { $0.night == night.number }) {
        return recalled(day)
      }
    }
    return nil
  }

  private static func recalled(_ day: DayRecall) -> String {
    let cloze = "cloze \(percent(day.clozeNow))"
    return day.questions.map { "questions \(percent($0.now)) of \($0.asked), " + cloze }
      ?? cloze
  }

  private static func counted(_ count: Int, _ name: String) -> String {
    "\(count) \(name)\(count == 1 ? "" : "s")"
  }

  private static func percent(_ share: Double) -> String {
    "\((share * 1000).rounded() / 10)%"
  }
}
