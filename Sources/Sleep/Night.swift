import Foundation
import Individuals
import LanguageModels
import Tensors

/// A night: replay, distil, examine, and commit or leave everything as it was.
public struct Night {
  private let individual: Individual
  private let settings: NightSettings
  private let neutral: NeutralText

  /// A night is not kept when after it, with all nights before, neutral text is harder to read by more than
  /// this share than for the core alone.
  private static let driftLimit = 0.05

  /// What a night tells while it goes on.
  public enum Event: Sendable {
    case resumed
    case stage(String)
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

  public init(_ individual: Individual, _ settings: NightSettings, neutral: NeutralText) {
    self.individual = individual
    self.settings = settings
    self.neutral = neutral
  }

  /// Sleeps on everything that no night has learned yet.
  ///
  /// - Throws: ``SleepError``, and what the individual's files and the core's throw; the individual is
  ///   then as it was before.
  public func sleep(
    isInterrupted: () -> Bool = { false }, report: (Event) -> Void = { _ in }
  ) throws -> Outcome {
    let start = Date()
    let episodes = try individual.unsleptEpisodes()
    guard !episodes.isEmpty else { throw SleepError.nothingToSleepOn(name: individual.name) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let plan = Plan(episodes: episodes.map(\.id), settings: settings)
    let encoded = try encoder.encode(plan)
    let unfinished = try individual.unfinishedNight(plan: encoded) { $0 == encoded }
    if unfinished.isResumed { report(.resumed) }

    report(.stage("replaying the day"))
    let training = try prepare(episodes)
    let checkpoint = unfinished.workFolder.appendingPathComponent("training.safetensors")
    guard
      try training.run(
        checkpoint: checkpoint, fingerprint: String(decoding: encoded, as: UTF8.self),
        isInterrupted: isInterrupted,
        progress: {
          report(.learning(step: $0, steps: training.steps, loss: $1))
        }) != nil
    else { return .interrupted }

    report(.stage("taking the exam"))
    let memoryFile = unfinished.resultFolder.appendingPathComponent(Mind.memoryFileName)
    try training.memory.save(to: memoryFile)
    let exam = Examination(individual, neutral: neutral, precision: settings.precision)
    let tonight = Examination.Tonight(
      number: unfinished.number, episodes: episodes, memory: memoryFile)
    let (recall, learned) = try exam.report(with: tonight)
    if recall.drift > Self.driftLimit || !recall.drift.isFinite {
      throw SleepError.destructive(drift: recall.drift, limit: Self.driftLimit)
    }
    if let day = recall.days.last, !(day.bitsPerByteNow < day.bitsPerByteBefore) {
      throw SleepError.taughtNothing(before: day.bitsPerByteBefore, after: day.bitsPerByteNow)
    }
    try JSONFile.write(recall, to: unfinished.resultFolder.appendingPathComponent("exam.json"))
    let brief = Brief(
      individual: individual.name, night: unfinished.number, insights: learned, recall: recall)
    try brief.write(to: unfinished.resultFolder)
    let record = try individual.commit(
      unfinished, substrate: settings.memory.rawValue, seed: settings.seed,
      episodes: episodes.map(\.id), settings: settings.described,
      measures: measures(recall), seconds: Date().timeIntervalSince(start))
    return .committed(record, recall)
  }

  /// Everything that the night studies, with the answers of its teachers.
  private func prepare(_ episodes: [Episode]) throws -> NightTraining {
    try settings.precision.run {
      let mind = try Mind.wake(individual)
      let core = try Mind.wake(individual, upTo: .some(nil))
      let settings = self.settings.fitted(toContext: core.model.configuration.contextLength)
      let texts = episodes.map { DayText($0, mind.tokenizer) }
      let day = StudyMaterial(
        joining: try texts.filter { $0.tokens.count > 1 }.map {
          StudyMaterial(
            tokens: $0.tokens, belief: try Teacher.beliefInContext(mind.model, $0.tokens),
            teacherShare: settings.teacherShare)
        })
      guard day.holds(settings.window) else {
        throw SleepError.tooShort(tokens: day.tokens.count, needed: settings.window + 1)
      }
      let earlier = try mind.nights.flatMap(\.episodes).map {
        DayText(try individual.journal.episode($0), mind.tokenizer)
      }
      let rehearsal = StudyMaterial(
        joining: try earlier.filter { $0.tokens.count > 1 }.map {
          StudyMaterial(
            tokens: $0.tokens,
            belief: try Teacher.belief(mind.model, $0.tokens, window: settings.window),
            teacherShare: settings.teacherShare)
        })
      let steps = settings.steps(dayTokens: day.tokens.count)
      let neutralMaterial = try self.neutralMaterial(core, settings, steps: steps)
      let memory = NightMemory.begin(
        settings.memory, size: settings.size, on: mind.model, seed: settings.seed)
      return NightTraining(
        settings: settings, model: mind.model, memory: memory, day: day,
        rehearsal: rehearsal.holds(settings.window) ? rehearsal : nil, neutral: neutralMaterial,
        steps: steps)
    }
  }

  /// As much neutral text as the night will see, from all over it, with what the core alone believes.
  private func neutralMaterial(
    _ core: Mind, _ settings: NightSettings, steps: Int
  ) throws -> StudyMaterial {
    let window = settings.neutralWindow
    let tokens = core.tokenizer.encode(neutral.keep)
    guard tokens.count > window + 1 else {
      throw SleepError.tooLittleNeutralText(tokens: tokens.count, needed: window + 2)
    }
    let needed = steps * settings.neutralWindows + 2
    let weight = settings.neutralWeight
    var random = RandomSource(seed: settings.seed, name: "neutral text")
    let starts = Array(stride(from: 0, to: tokens.count - window - 1, by: window))
      .shuffled(using: &random).prefix(needed).sorted()
    return StudyMaterial(
      joining: try WorkerPool.shared.map(starts.count) { index in
        let excerpt = Array(tokens[starts[index]...starts[index] + window])
        return StudyMaterial(
          tokens: excerpt, belief: try Teacher.belief(core.model, excerpt, window: window),
          teacherShare: 1, scale: weight)
      })
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

extension NightSettings {
  /// The settings as they are kept with the night.
  var described: [String: String] {
    [
      "memory": memory.rawValue, "slotCount": "\(size.slotCount)", "rank": "\(size.rank)",
      "passes": "\(passes)", "window": "\(window)", "dayWindows": "\(dayWindows)",
      "rehearsalWindows": "\(rehearsalWindows)", "neutralWindows": "\(neutralWindows)",
      "neutralWindow": "\(neutralWindow)",
      "neutralWeight": "\(neutralWeight)", "teacherShare": "\(teacherShare)",
      "adapterRate": "\(adapterRate)", "slotRate": "\(slotRate)",
      "precision": precision.rawValue,
    ]
  }
}
