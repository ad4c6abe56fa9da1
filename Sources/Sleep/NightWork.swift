import Briefs
import Foundation
import Individuals
import Lens
import Tensors

/// What a night and a season have in common: a memory is learned, examined, and kept, or nothing is.
final class NightWork {
  /// What must be the same for interrupted work to be taken up again.
  private struct Plan: Codable, Equatable {
    /// Of a night.
    var episodes: [Episode.ID]
    /// Of a season: the nights that it will stand for.
    var nights: [Int]
    var settings: NightSettings
    /// Concepts that are not to be learned, or more; nil where nobody says so.
    var gate: ConceptGate?
  }

  let unfinished: UnfinishedNight
  private let individual: Individual
  private let settings: NightSettings
  private let neutral: NeutralText
  private let plan: Plan
  private let fingerprint: String
  private let report: (Night.Event) -> Void
  private let start = Date()
  private var stages: [(name: String, start: Date)] = []

  init(
    _ individual: Individual, _ settings: NightSettings, neutral: NeutralText,
    episodes: [Episode.ID] = [], standsFor nights: [Int] = [], gate: ConceptGate? = nil,
    report: @escaping (Night.Event) -> Void
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    plan = Plan(episodes: episodes, nights: nights, settings: settings, gate: gate)
    let encoded = try encoder.encode(plan)
    fingerprint = String(decoding: encoded, as: UTF8.self)
    unfinished = try individual.unfinishedNight(plan: encoded) { $0 == encoded }
    self.individual = individual
    self.settings = settings
    self.neutral = neutral
    self.report = report
    if unfinished.isResumed { report(.resumed) }
  }

  /// Whether interrupted work is a season's.
  static func isOfSeason(_ unfinished: UnfinishedNight) -> Bool {
    let plan = try? JSONDecoder().decode(Plan.self, from: unfinished.plan)
    return plan.map { !$0.nights.isEmpty } ?? false
  }

  /// Where a file of the night lies until it is kept.
  func result(_ name: String) -> URL { unfinished.resultFolder.appendingPathComponent(name) }

  /// Where what an interruption must not cost lies.
  func draft(_ name: String) -> URL { unfinished.workFolder.appendingPathComponent(name) }

  func begin(_ stage: String) {
    stages.append((stage, Date()))
    report(.stage(stage))
  }

  /// Trains, and writes the memory; nil when interrupted.
  func learn(_ training: NightTraining, isInterrupted: () -> Bool) throws -> URL? {
    begin("learning")
    let loss = try training.run(
      checkpoint: draft("training.safetensors"), fingerprint: fingerprint,
      isInterrupted: isInterrupted,
      progress: { [report] in report(.learning(step: $0, steps: training.studies.steps, loss: $1)) }
    )
    guard loss != nil else { return nil }
    let file = result(Mind.memoryFileName)
    try training.memory.save(to: file)
    return file
  }

  /// Examines the individual with `candidate`, which is what has been written.
  func examine(_ candidate: Examination.Candidate) throws -> (RecallReport, [ReadText]) {
    begin("taking the exam")
    let exam = Examination(individual, neutral: neutral, precision: settings.precision)
    let (recall, texts) = try exam.report(
      with: candidate, sample: settings.examinedNights, bytes: settings.examinedBytes)
    try JSONFile.write(recall, to: result(RecallReport.fileName))
    return (recall, texts)
  }

  /// Keeps what lies in the result folder.
  func commit(_ recall: RecallReport) throws -> Night.Outcome {
    let record = try individual.commit(
      unfinished, substrate: settings.memory.rawValue, seed: settings.seed,
      episodes: plan.episodes, standsFor: plan.nights,
      required: [Mind.memoryFileName, RecallReport.fileName],
      settings: settings.described.merging(plan.gate?.described ?? [:]) { $1 },
      measures: recall.measures.merging(stageSeconds) { $1 }
        .merging(["peakMemoryBytes": Double(ProcessMemory.peakBytes)]) { $1 },
      seconds: Date().timeIntervalSince(start))
    return .committed(record, recall)
  }

  /// How long each stage took since the work was last taken up.
  private var stageSeconds: [String: Double] {
    var seconds: [String: Double] = [:]
    for (index, stage) in stages.enumerated() {
      let end = index + 1 < stages.count ? stages[index + 1].start : Date()
      seconds["seconds of \(stage.name)"] = end.timeIntervalSince(stage.start)
    }
    return seconds
  }
}

extension ConceptGate {
  /// As a night's record keeps it.
  fileprivate var described: [String: String] {
    func list(_ features: [Int]) -> String { features.map { "\($0)" }.joined(separator: " ") }
    return [
      "gate.lens": lens, "gate.suppressed": list(suppressed), "gate.amplified": list(amplified),
      "gate.gain": "\(gain)",
    ]
  }
}

extension RecallReport {
  /// What a night's record says of its exam.
  fileprivate var measures: [String: Double] {
    var measures = ["drift": drift]
    if let day = days.last, day.night == currentNight {
      measures["bitsPerByteBefore"] = day.bitsPerByteBefore
      measures["bitsPerByte"] = day.bitsPerByteNow
      measures["cloze"] = day.clozeNow
      measures["bitsPerToken"] = day.bitsPerToken
    }
    return measures
  }
}
