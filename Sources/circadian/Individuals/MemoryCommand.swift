import CommandLineInterface
import Foundation
import Individuals
import LanguageModels
import Layers
import Sleep

struct MemoryCommand: Command {
  let name = "memory"
  let abstract =
    "Shows an individual's memories, from the one that changes with every token to the one that never does."
  let examples = ["circadian memory ada"]

  let individual = Argument<String>("name", help: "Whose memories.")

  var parameters: ParameterList { individual }

  /// One level of memory.
  private struct Level: Encodable {
    var name: String
    /// When it changes, in words.
    var period: String
    var holds: String
    var bytes: Int?
    var changedAt: Date?
    /// What the last exam found.
    var recall: String?
  }

  func run(_ invocation: Invocation) async throws {
    let person = try invocation.individual(invocation[individual], access: .reading)
    let core = try LanguageModel.open(person.core.url)
    let episodes = try person.journal.episodes()
    var levels = [
      context(of: core.model),
      Level(
        name: "journal", period: "\(MemoryPeriod.turn)",
        holds: "\(episodes.count) episode(s), looked up by their words",
        bytes: person.journalBytes, changedAt: episodes.map(\.readAt).max()),
    ]
    let lineage = try person.lineage()
    let standing = Set(lineage.standing.map(\.number))
    for night in lineage {
      let isNeeded = standing.contains(night.number)
      levels.append(
        Level(
          name: "\(night.isSeason ? "season" : "night") \(night.number)",
          period: "\(night.isSeason ? MemoryPeriod.season : .sleep)",
          holds: (night.isSeason
            ? "what \(night.standsFor.count) memories held" : "\(night.episodes.count) episode(s)")
            + (isNeeded ? ", kept as \(night.substrate)" : ", by now in a season"),
          bytes: isNeeded
            ? try person.memoryFile(of: night).resourceValues(forKeys: [.fileSizeKey]).fileSize
            : nil,
          changedAt: night.createdAt, recall: try recall(of: night, in: lineage, person)))
    }
    levels += Self.paces(of: core.model)
    levels.append(
      Level(
        name: "core", period: "\(MemoryPeriod.never)",
        holds: "\(core.model.parameters.count) parameters, \(person.core.identifier)",
        bytes: try person.core.weightsBytes(), changedAt: nil))
    try invocation.report(levels) { text(levels) }
  }

  private func context(of model: Transformer) -> Level {
    let configuration = model.configuration
    guard configuration.memory == nil else {
      return Level(
        name: "context", period: "\(MemoryPeriod.tokens(1))",
        holds: "states of one size, of \(configuration.contextLength) tokens at most",
        bytes: model.stateByteCount)
    }
    return Level(
      name: "context", period: "\(MemoryPeriod.tokens(1))",
      holds: "\(configuration.contextLength) tokens of \(configuration.cacheBytesPerToken) bytes",
      bytes: configuration.contextLength * configuration.cacheBytesPerToken)
  }

  /// The levels of a core's feed-forward blocks, as fast as they were when the core was trained.
  private static func paces(of model: Transformer) -> [Level] {
    (model.configuration.continuum?.periods ?? []).enumerated().map { number, period in
      let parameters = model.parameters.parameters
        .filter { ContinuumMemory.level(ofPath: $0.path) == number }
        .reduce(0) { $0 + $1.shape.count }
      return Level(
        name: "core, level \(number + 1)",
        period: "\(MemoryPeriod.steps(period))",
        holds: "\(parameters) parameters", bytes: nil)
    }
  }

  /// What the last exam that asked about a night found: not every exam asks about all.
  private func recall(
    of night: NightRecord, in lineage: [NightRecord], _ person: Individual
  ) throws -> String? {
    for examined in lineage.reversed() where examined.number >= night.number {
      let exam = try RecallReport.read(ofNight: examined.number, person)
      if let day = exam?.days.first(where: { $0.night == night.number }) {
        return Self.recalled(day)
      }
    }
    return nil
  }

  private static func recalled(_ day: DayRecall) -> String {
    let cloze = "cloze \(Readable.percent(day.clozeNow))"
    return day.questions.map { "questions \(Readable.percent($0.now)) of \($0.asked), " + cloze }
      ?? cloze
  }

  private func text(_ levels: [Level]) -> String {
    var table = TextTable(
      "memory", "changes", "holds", .trailing("size"), "last change", "recalled at the last exam")
    for level in levels {
      table.append(
        level.name, level.period, level.holds, level.bytes.map(Readable.bytes) ?? "",
        level.changedAt?.formatted(.iso8601) ?? "", level.recall ?? "")
    }
    return table.text
  }
}
