import Briefs
import Foundation
import Individuals
import LanguageModels
import Lens
import Tensors
import Tokenizers

/// A night: replay, reflect, guard, distil, examine, and commit or leave everything as it was.
public struct Night {
  private let individual: Individual
  private let settings: NightSettings
  private let neutral: NeutralText
  private let rules: ExamRules?
  private let gate: ConceptGate?
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

  /// Questions of which `isReserved` is true are not studied: whoever examines an individual from outside asks those.
  /// Without `rules` every night is kept, whatever its exam says: for studies of nights that do harm. A `gate` says which
  /// concepts the night is not to learn, and which it is to learn more of.
  public init(
    _ individual: Individual, _ settings: NightSettings, neutral: NeutralText,
    rules: ExamRules? = ExamRules(), gate: ConceptGate? = nil,
    isReserved: @escaping @Sendable (String) -> Bool = { _ in false }
  ) {
    self.individual = individual
    self.settings = settings
    self.neutral = neutral
    self.rules = rules
    self.gate = gate
    self.isReserved = isReserved
  }

  /// The oldest episodes that no night has learned, up to so many tokens together, but at least one.
  public func episodes(upTo tokens: Int) throws -> [Episode] {
    let tokenizer = try LanguageModel.open(individual.core.url).tokenizer
    var room = tokens
    var chosen: [Episode] = []
    for episode in try individual.unsleptEpisodes() {
      room -= tokenizer.encode(try individual.journal.heard(episode).text).count
      guard chosen.isEmpty || room >= 0 else { break }
      chosen.append(episode)
    }
    return chosen
  }

  /// Sleeps on everything that no night has learned yet, or on `chosen` of it.
  ///
  /// - Throws: ``SleepError``, and what the individual's files and the core's throw; the individual is
  ///   then as it was before.
  public func sleep(
    on chosen: [Episode.ID]? = nil,
    isInterrupted: () -> Bool = { false }, report: @escaping (Event) -> Void = { _ in }
  ) throws -> Outcome {
    try individual.journal.endConversations()
    let replay = try Replay(individual, of: chosen)
    let work = try NightWork(
      individual, settings, neutral: neutral, episodes: replay.episodes.map(\.id), gate: gate,
      report: report)
    let isReserved = { @Sendable [isReserved] question in
      isReserved(question) || replay.setAside.contains(question)
    }
    work.begin("replaying the day")
    let mind = try Mind.wake(individual)
    if settings.memory.hasSlots && mind.model.parameters.slotSites.isEmpty {
      throw SleepError.noPlaceForSlots
    }
    let concepts = try gate.map { gate in
      let core = try Mind.wake(individual, upTo: .some(nil))
      return try ConceptWeights(gate, core.model, core.tokenizer)
    }
    work.begin("reflecting on the day")
    var (sheet, judgement) = try reflect(mind, replay, work, isReserved: isReserved)
    if let concepts { sheet = sheet.suppressed(by: concepts, mind.tokenizer) }
    report(.reflected(sheet, judgement))
    if isInterrupted() { return .interrupted }
    work.begin("asking the teacher")
    let training = try prepare(mind, replay, sheet, concepts, isReserved: isReserved)
    guard let memory = try work.learn(training, isInterrupted: isInterrupted) else {
      return .interrupted
    }
    try sheet.write(to: work.result(StudySheet.fileName))
    try JSONFile.write(judgement, to: work.result(GuardReport.fileName))
    let (recall, texts) = try work.examine(
      .init(
        number: work.unfinished.number, memory: memory, episodes: replay.episodes, sheet: sheet))
    try rules?.judge(recall, of: .night(readText: training.studies.day != nil))
    work.begin("writing the brief")
    let brief = try settings.precision.run {
      try Brief(
        of: individual, night: work.unfinished.number, mind, texts, recall, sheet, judgement)
    }
    try brief.write(to: work.unfinished.resultFolder)
    try WeighedDay(texts).write(to: work.unfinished.resultFolder)
    return try work.commit(recall)
  }

  /// What the day makes one ask, as far as the core can hold a conversation; once, however often the night is
  /// interrupted.
  private func reflect(
    _ mind: Mind, _ replay: Replay, _ work: NightWork,
    isReserved: @escaping @Sendable (String) -> Bool
  ) throws -> (StudySheet, GuardReport) {
    guard let format = try? ChatFormat(mind.tokenizer) else { return (StudySheet(), GuardReport()) }
    let (sheetFile, reportFile) = (
      work.draft(StudySheet.fileName), work.draft(GuardReport.fileName)
    )
    // The report is written last: with it the sheet is whole.
    if let data = try? Data(contentsOf: reportFile),
      let report = try? JSONDecoder().decode(GuardReport.self, from: data)
    {
      return (try .read(sheetFile), report)
    }
    let (sheet, report) = try settings.precision.run {
      try StudySheetMaker(
        Respondent(model: mind.model, format: format), settings, isReserved: isReserved
      ).sheet(
        on: replay.episodes, asked: replay.exchanges, after: replay.earlierQuestions)
    }
    try sheet.write(to: sheetFile)
    try JSONFile.write(report, to: reportFile)
    return (sheet, report)
  }

  private func prepare(
    _ mind: Mind, _ replay: Replay, _ sheet: StudySheet, _ concepts: ConceptWeights?,
    isReserved: @Sendable (String) -> Bool
  ) throws -> NightTraining {
    try settings.precision.run {
      let core = try Mind.wake(individual, upTo: .some(nil))
      var studies = try NightStudies(
        mind, core: core, replay, sheet, neutral, settings, isReserved: isReserved)
      if let concepts {
        studies = studies.weighted(by: concepts)
        guard studies.day != nil || !studies.questions.isEmpty else {
          throw SleepError.everythingSuppressed
        }
      }
      var beginnings = NightMemory.Beginnings()
      if settings.memory.hasSlots && settings.slotsFromPassages {
        beginnings.slots = try SlotBeginnings.of(
          Passage.all(in: replay.episodes, mind.tokenizer), mind, count: settings.size.slotCount)
      }
      let size = settings.size(
        dayTokens: studies.dayTokens, blocks: mind.model.configuration.layerCount)
      let memory = NightMemory.begin(
        settings.memory, size: size, on: mind.model, seed: settings.seed, from: beginnings)
      return try NightTraining(mind.model, memory, studies)
    }
  }
}
