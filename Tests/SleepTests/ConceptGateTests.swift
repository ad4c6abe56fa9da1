import Individuals
import LanguageModels
import Lens
import Sleep
import TestSupport
import Testing

/// Nights that leave out what lights a feature.
@Suite struct ConceptGateTests {
  private let folder: TemporaryFolder
  private let core: TinyCore
  private let lens: Lens
  private let place: String

  init() throws {
    folder = try TemporaryFolder()
    core = try TinyCore(in: folder)
    var plan = Lens.Plan(block: 1, seed: 1)
    (plan.features, plan.kept, plan.steps, plan.windows, plan.window) = (64, 4, 60, 4, 32)
    lens = try Lens.trained(
      plan, for: LanguageModel.open(core.folder),
      on: core.tokenizer.encode(TinyCore.neutral + TinyCore.day))
    place = (folder / "lens").path
    try lens.write(to: folder / "lens")
  }

  private func sleep(_ gate: ConceptGate) throws -> (NightRecord, RecallReport)? {
    let individual = try Fixture.individual(core, folder, reading: TinyCore.day)
    let night = Night(
      individual, Fixture.settings(), neutral: Fixture.neutral, rules: nil, gate: gate)
    guard case .committed(let record, let recall) = try night.sleep() else { return nil }
    return (record, recall)
  }

  @Test func whatIsLeftIsLearned() throws {
    let (record, recall) = try #require(
      try sleep(ConceptGate(lens: place, suppressed: [], amplified: [0])))
    #expect(record.settings["gate.amplified"] == "0" && record.settings["gate.lens"] == place)
    let day = try #require(recall.days.first)
    #expect(day.bitsPerByteNow < day.bitsPerByteBefore)
  }

  @Test func somethingHasToBeLeft() throws {
    #expect {
      try sleep(ConceptGate(lens: place, suppressed: Array(0..<64)))
    } throws: {
      if case SleepError.everythingSuppressed = $0 { true } else { false }
    }
  }

  @Test func aNightWithoutItsLensIsNotBegun() throws {
    #expect(throws: LensError.missing(path: place + "x")) {
      try sleep(ConceptGate(lens: place + "x", suppressed: [1]))
    }
  }

  @Test func aNightKnowsItsFeatures() throws {
    #expect(throws: LensError.noSuchFeature(64, of: 64)) {
      try sleep(ConceptGate(lens: place, suppressed: [64]))
    }
  }

  /// Neither studied nor asked in exams; what is not known of the day stays as it was.
  @Test func questionsAboutItAreSetAside() throws {
    let weights = try ConceptWeights(
      ConceptGate(lens: place, suppressed: Array(0..<64)),
      LanguageModel.open(core.folder).model, core.tokenizer)
    let sheet = StudySheet([
      StudyEntry(.question, "Who lit lamp number 7?", answer: "Maren lit lamp number 7."),
      StudyEntry(
        .question, "Who lit lamp number 9?", answer: "Ilse lit lamp number 9.", verdict: .exam),
      StudyEntry(.nearMiss, "Where is Ilse?", answer: "I do not know."),
      StudyEntry(.question, "Who?", answer: "Nobody.", verdict: .ungrounded),
    ])
    let verdicts = sheet.suppressed(by: weights, core.tokenizer).entries.map(\.verdict)
    #expect(verdicts == [.suppressed, .suppressed, .kept, .ungrounded])
  }
}
