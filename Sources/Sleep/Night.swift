import Foundation
import Individuals
import LanguageModels
import Tensors
import Tokenizers

/// A night: replay, distil, examine, and commit or leave everything as it was.
public struct Night {
  private let individual: Individual
  private let settings: NightSettings
  private let neutral: NeutralText
  private let rules: ExamRules?
  private let isReserved: @Sendable (String) -> Bool

  /// What a night tells while it goes on.
  public enum Event: Sendable {
    case resumed
    case stage(String)
    case reflected(StudySheet, GuardReport)
    case learning(step: Int, steps: Int, loss: Double)
  }

  /// What came of a night.
  public enum Outcome: Sendable {
    case committed(NightRecord, RecallReport)
    /// Stopped on request; the next call goes on from there.
    case interrupted
  }

  /// What must be the same for an interrupted night to be taken up again.
  private struct Plan: Codable, Equatable {
    var episodes: [Int]
    var settings: NightSettings
  }

  /// Questions of which `isReserved` is true are not studied: whoever examines an individual from outside asks those.
  /// Without `rules` every night is kept, whatever its exam says: for studies of nights that do harm.
  public init(
    _ individual: Individual, _ settings: NightSettings, neutral: NeutralText,
    rules: ExamRules? = ExamRules(),
    isReserved: @escaping @Sendable (String) -> Bool = { _ in false }
  ) {
    self.individual = individual
    self.settings = settings
    self.neutral = neutral
    self.rules = rules
    self.isReserved = isReserved
  }

  /// The oldest episodes that no night has learned, up to so many tokens together, but at least one.
  public func episodes(upTo tokens: Int) throws -> [Episode] {
    let tokenizer = try LanguageModel.open(individual.core.url).tokenizer
    var room = tokens
    return try individual.unsleptEpisodes().enumerated().prefix { index, episode in
      room -= tokenizer.encode(episode.text).count
      return index == 0 || room >= 0
    }.map(\.element)
  }

  /// Sleeps on everything that no night has learned yet, or on `chosen` of it.
  ///
  /// - Throws: ``SleepError``, and what the individual's files and the core's throw; the individual is
  ///   then as it was before.
  public func sleep(
    on chosen: [Episode.ID]? = nil,
    isInterrupted: () -> Bool = { false }, report: (Event) -> Void = { _ in }
  ) throws -> Outcome {
    let start = Date()
    var clock = StageClock()
    func begin(_ stage: String) {
      clock.begin(stage)
      report(.stage(stage))
    }
    let replay = try Replay(individual, of: chosen)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let plan = Plan(episodes: replay.episodes.map(\.id), settings: settings)
    let encoded = try encoder.encode(plan)
    let unfinished = try individual.unfinishedNight(plan: encoded) { $0 == encoded }
    if unfinished.isResumed { report(.resumed) }

    begin("replaying the day")
    let mind = try Mind.wake(individual)
    begin("reflecting on the day")
    let (sheet, judgement) = try studySheet(mind, replay)
    report(.reflected(sheet, judgement))
    begin("asking the teacher")
    let training = try prepare(mind, replay, sheet)
    begin("learning")
    let checkpoint = unfinished.workFolder.appendingPathComponent("training.safetensors")
    guard
      try training.run(
        checkpoint: checkpoint, fingerprint: String(decoding: encoded, as: UTF8.self),
        isInterrupted: isInterrupted,
        progress: {
          report(.learning(step: $0, steps: training.studies.steps, loss: $1))
        }) != nil
    else { return .interrupted }

    begin("taking the exam")
    func file(_ name: String) -> URL { unfinished.resultFolder.appendingPathComponent(name) }
    let memoryFile = file(Mind.memoryFileName)
    try training.memory.save(to: memoryFile)
    let exam = Examination(individual, neutral: neutral, precision: settings.precision)
    let tonight = Examination.Tonight(
      number: unfinished.number, episodes: replay.episodes, memory: memoryFile, sheet: sheet)
    let (recall, learned) = try exam.report(with: tonight)
    try rules?.judge(recall, readText: training.studies.day != nil)
    try sheet.write(to: file(StudySheet.fileName))
    try JSONFile.write(judgement, to: file(GuardReport.fileName))
    try JSONFile.write(recall, to: file(RecallReport.fileName))
    let brief = Brief(
      individual: individual.name, night: unfinished.number, insights: learned, recall: recall)
    try brief.write(to: unfinished.resultFolder)
    let record = try individual.commit(
      unfinished, substrate: settings.memory.rawValue, seed: settings.seed,
      episodes: replay.episodes.map(\.id), settings: settings.described,
      measures: measures(recall).merging(clock.measures) { $1 },
      seconds: Date().timeIntervalSince(start))
    return .committed(record, recall)
  }

  /// What the day makes one ask, as far as the core can hold a conversation.
  private func studySheet(_ mind: Mind, _ replay: Replay) throws -> (StudySheet, GuardReport) {
    guard let format = try? ChatFormat(mind.tokenizer) else { return (StudySheet(), GuardReport()) }
    return try settings.precision.run {
      try StudySheetMaker(
        Respondent(model: mind.model, format: format), settings, isReserved: isReserved
      ).sheet(on: replay.episodes)
    }
  }

  private func prepare(_ mind: Mind, _ replay: Replay, _ sheet: StudySheet) throws -> NightTraining
  {
    try settings.precision.run {
      let core = try Mind.wake(individual, upTo: .some(nil))
      let studies = try NightStudies(
        mind, core: core, replay, sheet, neutral, settings, isReserved: isReserved)
      let beginnings =
        settings.memory.hasSlots && settings.slotsFromPassages
        ? try SlotBeginnings.of(
          Passage.all(in: replay.episodes, mind.tokenizer), mind, count: settings.size.slotCount)
        : []
      var size = settings.size
      size.rank = settings.rank(dayTokens: studies.dayTokens)
      let memory = NightMemory.begin(
        settings.memory, size: size, on: mind.model, seed: settings.seed,
        from: beginnings)
      return NightTraining(model: mind.model, memory: memory, studies: studies)
    }
  }

  private func measures(_ recall: RecallReport) -> [String: Double] {
    var measures = ["drift": recall.drift]
    if let day = recall.days.last {
      measures["bitsPerByteBefore"] = day.bitsPerByteBefore
      measures["bitsPerByte"] = day.bitsPerByteNow
      measures["cloze"] = day.clozeNow
      measures["bitsPerToken"] = day.bitsPerToken
    }
    return measures
  }
}

/// How long the stages of a night took since it was last taken up.
private struct StageClock {
  private var stages: [(name: String, start: Date)] = []

  mutating func begin(_ stage: String) { stages.append((stage, Date())) }

  /// Seconds of every stage, the last one's up to now.
  var measures: [String: Double] {
    var measures: [String: Double] = [:]
    for (index, stage) in stages.enumerated() {
      let end = index + 1 < stages.count ? stages[index + 1].start : Date()
      measures["seconds of \(stage.name)"] = end.timeIntervalSince(stage.start)
    }
    return measures
  }
}
