import CommandLineInterface
import Foundation
import Individuals
import LanguageModels
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
    /// When it changes.
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
    let configuration = core.model.configuration
    let episodes = try person.journal.episodes()
    var levels = [
      Level(
        name: "context", period: "every token",
        holds: "\(configuration.contextLength) tokens of \(configuration.cacheBytesPerToken) bytes",
        bytes: configuration.contextLength * configuration.cacheBytesPerToken),
      Level(
        name: "journal", period: "every turn",
        holds: "\(episodes.count) episode(s), looked up by their words",
        bytes: person.journalBytes, changedAt: episodes.map(\.readAt).max()),
    ]
    for night in try person.lineage() {
      let folder = person.folder(ofNight: night.number)
      let memory = folder.appendingPathComponent(Mind.memoryFileName)
      let exam = try RecallReport.read(ofNight: person.currentNight ?? night.number, person)
      levels.append(
        Level(
          name: "night \(night.number)", period: "every sleep",
          holds: "\(night.episodes.count) episode(s), kept as \(night.substrate)",
          bytes: try memory.resourceValues(forKeys: [.fileSizeKey]).fileSize,
          changedAt: night.createdAt,
          recall: exam?.days.first { $0.night == night.number }.map(Self.recalled)))
    }
    levels.append(
      Level(
        name: "core", period: "never",
        holds: "\(core.model.parameters.count) parameters, \(person.core.identifier)",
        bytes: try person.core.weightsBytes(), changedAt: nil))
    try invocation.report(levels) { text(levels) }
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
