import Foundation

/// What a run of the whole pipeline has reached so far, read from its folder.
public struct PipelineReport: Sendable, Encodable {
  /// What a stage gained over the one before.
  public struct Gain: Sendable, Encodable {
    public var stage: PipelineStage
    public var sentence: String
    public var changes: [EvaluationTable.Change]
  }

  public let machine: Machine
  public let stages: [StageRecord]
  public let evaluation: EvaluationTable
  public let gains: [Gain]
  public let arms: [ReinforcementArms.Arm]
  /// The measure of the arms.
  public let armMeasure: String?
  /// The commands of all stages, as they were run.
  public let commands: [String]

  /// Every command of a run as "stage: command", a line each; written by `scripts/pipeline`.
  private static let commandsFileName = "commands.txt"

  /// Reads a pipeline's folder; stages that are missing are reported as missing.
  ///
  /// - Throws: `ReportError`.
  public init(folder: URL, machine: Machine = .current) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw ReportError.noFolder(path: folder.path) }
    let stages = try PipelineStage.allCases.map { try StageRecord($0, in: folder) }
    guard stages.contains(where: { $0.state != .missing || $0.evaluation != nil }) else {
      throw ReportError.noStage(folder: folder.path)
    }
    let evaluation = EvaluationTable(stages)
    self.machine = machine
    self.stages = stages
    self.evaluation = evaluation
    gains = stages.map { Self.gain(of: $0, evaluation) }
    let reinforcement = try ReinforcementArms.read(in: folder)
    arms = reinforcement?.arms ?? []
    armMeasure = reinforcement?.measure
    commands = try Self.commands(in: folder, stages)
  }

  private static func commands(in folder: URL, _ stages: [StageRecord]) throws -> [String] {
    let file = folder.appendingPathComponent(commandsFileName)
    guard FileManager.default.fileExists(atPath: file.path) else {
      return stages.compactMap { $0.summary.map { "circadian \($0.command)" } }
    }
    let text = try ReportError.reading(file) { try String(contentsOf: file, encoding: .utf8) }
    return text.split(separator: "\n").map { line in
      // The name of the stage stands before the first colon.
      guard let colon = line.firstRange(of: ": ") else { return String(line) }
      return String(line[colon.upperBound...])
    }
  }

  private static func gain(of record: StageRecord, _ evaluation: EvaluationTable) -> Gain {
    let changes = evaluation.changes(in: record.stage)
    let parts = [practice(of: record), outcome(of: record, evaluation, changes)]
    return Gain(
      stage: record.stage,
      sentence: "\(record.stage.command): \(parts.compactMap(\.self).joined(separator: "; ")).",
      changes: changes)
  }

  /// What became of the problems that a stage practises, which the evaluation does not ask.
  private static func practice(of record: StageRecord) -> String? {
    guard let measures = record.summary?.measures, let before = measures[StageSummary.solvedBefore],
      let after = measures[StageSummary.solved]
    else { return nil }
    return "held-out problems of the kind that is practised solved "
      + "\(ReportNumber.short(before)) -> \(ReportNumber.short(after))"
  }

  /// The largest gain, how many measures changed beyond chance, and the largest loss among them.
  private static func outcome(
    of record: StageRecord, _ evaluation: EvaluationTable, _ changes: [EvaluationTable.Change]
  ) -> String {
    guard record.evaluation != nil else {
      return record.state == .missing ? "missing" : "not evaluated yet"
    }
    func words(_ change: EvaluationTable.Change) -> String {
      "\(change.name) \(ReportNumber.short(change.before)) -> \(ReportNumber.short(change.after))"
    }
    let clear = changes.filter(\.isClear)
    let better = clear.filter { $0.share > 0 }
    let worse = clear.filter { $0.share < 0 }
    let other = evaluation.predecessor(of: record.stage)?.command ?? "chance"
    guard !changes.isEmpty else { return "nothing to compare with \(other)" }
    let counts =
      "of \(changes.count) measure\(changes.count == 1 ? "" : "s") \(better.count) better than \(other), \(worse.count) worse"
    let losses = worse.min { $0.share < $1.share }.map { " (most of all \(words($0)))" } ?? ""
    guard let best = better.max(by: { $0.share < $1.share }) else {
      return "no measure is clearly better; " + counts + losses
    }
    return words(best) + "; " + counts + losses
  }
}
