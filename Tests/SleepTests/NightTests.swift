import Foundation
import Individuals
import LanguageModels
import Sleep
import Synchronization
import TestSupport
import Testing

@Suite struct NightTests {
  @Test(arguments: MemoryKind.allCases)
  func dayIsLearnedAndTheCoreIsNotTouched(_ memory: MemoryKind) throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let weights = core.folder.appendingPathComponent(LanguageModel.weightsFileName)
    let before = try Data(contentsOf: weights)
    let individual = try Fixture.individual(core, folder, reading: TinyCore.day)
    let outcome = try Night(individual, Fixture.settings(memory), neutral: Fixture.neutral).sleep()
    guard case .committed(let night, let recall) = outcome else {
      Issue.record("the night was interrupted by nobody")
      return
    }
    let day = try #require(recall.days.first)
    #expect(day.bitsPerByteNow < 0.8 * day.bitsPerByteBefore)
    #expect(day.bitsPerToken > 0)
    #expect(night.episodes == [1])
    #expect(try individual.unsleptEpisodes().isEmpty)
    #expect(try Data(contentsOf: weights) == before)
    for file in ["memory.safetensors", "exam.json", "brief.md", "brief.html", "night.json"] {
      let path = individual.folder(ofNight: 1).appendingPathComponent(file).path
      #expect(FileManager.default.fileExists(atPath: path))
    }
    // What recall measures afterwards is what the exam measured before the commit.
    let again = try Examination(individual, neutral: Fixture.neutral, precision: .float32).report()
    #expect(again.days.first?.bitsPerByteNow == day.bitsPerByteNow)
    #expect(again.drift == recall.drift)
  }

  /// The core's context has 128 tokens.
  @Test func windowsAreNoLongerThanTheContext() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let individual = try Fixture.individual(core, folder, reading: TinyCore.day)
    var settings = Fixture.settings(passes: 1)
    settings.window = 500
    settings.neutralWindow = 500
    let outcome = try Night(individual, settings, neutral: Fixture.neutral).sleep()
    guard case .committed = outcome else {
      Issue.record("the night was interrupted by nobody")
      return
    }
  }

  @Test func neutralTextIsThatOfTheCoreWhereItHasSome() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let individual = try Fixture.individual(core, folder)
    let packaged = try NeutralText.load(for: individual.core)
    #expect(packaged.keep.utf8.count > 1_000_000)
    let own = core.folder.appendingPathComponent("neutral")
    try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
    try Data("kept".utf8).write(to: own.appendingPathComponent("keep.txt"))
    #expect(try NeutralText.load(for: individual.core).keep == packaged.keep)
    try Data("held out".utf8).write(to: own.appendingPathComponent("held-out.txt"))
    let found = try NeutralText.load(for: individual.core)
    #expect(found.keep == "kept" && found.heldOut == "held out")
  }

  @Test func interruptedNightGoesOnAndEndsWithTheSameBytes() throws {
    func memory(interruptedAt stop: Int?) throws -> Data {
      let folder = try TemporaryFolder()
      let core = try TinyCore(in: folder)
      let individual = try Fixture.individual(core, folder, reading: TinyCore.day)
      let night = Night(individual, Fixture.settings(), neutral: Fixture.neutral)
      if let stop {
        var step = 0
        let outcome = try night.sleep(
          isInterrupted: { step >= stop },
          report: { if case .learning(let now, _, _) = $0 { step = now } })
        guard case .interrupted = outcome else { throw CocoaError(.featureUnsupported) }
        #expect(individual.currentNight == nil)
      }
      var isResumed = false
      _ = try night.sleep(report: { if case .resumed = $0 { isResumed = true } })
      #expect(isResumed == (stop != nil))
      return try Data(
        contentsOf: individual.folder(ofNight: 1).appendingPathComponent(Mind.memoryFileName))
    }
    let whole = try memory(interruptedAt: nil)
    #expect(try memory(interruptedAt: 3) == whole)
  }

  @Test func laterNightRehearsesAndRollbackForgets() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let individual = try Fixture.individual(core, folder, reading: TinyCore.day)
    let night = Night(individual, Fixture.settings(), neutral: Fixture.neutral)
    _ = try night.sleep()
    let second = TinyCore.day.replacingOccurrences(of: "lamp", with: "bell")
    _ = try individual.journal.appendDocument(title: "second", text: second)
    guard case .committed(_, let recall) = try night.sleep() else { return }
    #expect(recall.days.map(\.night) == [1, 2])
    #expect(recall.days[0].bitsPerByteNow < 0.8 * recall.days[0].bitsPerByteBefore)
    #expect(recall.days[1].bitsPerByteNow < recall.days[1].bitsPerByteBefore)
    try individual.rollback(to: 1)
    #expect(try individual.unsleptEpisodes().map(\.title) == ["second"])
    #expect(try Mind.wake(individual).nights.map(\.number) == [1])
  }

  /// After its nights were slept again without it, an individual is as if it had never read the day.
  @Test func whatIsForgottenIsUnknown() throws {
    let (folder, elsewhere) = (try TemporaryFolder(), try TemporaryFolder())
    let core = try TinyCore(in: folder)
    let other = (0..<40).map { "Rain \($0 * 11 % 17) fell on the hills of \($0 * 5 % 13)." }
      .joined(separator: "\n")
    let individual = try Fixture.individual(core, folder, reading: TinyCore.day, other)
    let innocent = try Fixture.individual(core, elsewhere, reading: other)
    func sleep(_ sleeper: Individual, _ day: [Episode.ID]) throws -> Data {
      let night = Night(sleeper, Fixture.settings(.gated), neutral: Fixture.neutral)
      guard case .committed(let record, _) = try night.sleep(on: day) else { return Data() }
      return try Data(contentsOf: sleeper.memoryFile(of: record))
    }
    let memories = try [sleep(individual, [1]), sleep(individual, [2])]
    let rebuilt = try individual.forget([1]).filter { !$0.rest.isEmpty }.map {
      try sleep(individual, $0.rest)
    }
    #expect(try individual.lineage().map(\.episodes) == [[2]])
    #expect(try rebuilt == [sleep(innocent, [1])] && !memories.contains(rebuilt[0]))
  }

  @Test func emptyDayMakesNoNight() throws {
    let folder = try TemporaryFolder()
    let individual = try Fixture.individual(TinyCore(in: folder), folder)
    #expect(throws: SleepError.self) {
      try Night(individual, Fixture.settings(), neutral: Fixture.neutral).sleep()
    }
    #expect(try individual.history().isEmpty)
  }

  @Test func destructiveNightIsNotKept() throws {
    let folder = try TemporaryFolder()
    let individual = try Fixture.individual(TinyCore(in: folder), folder, reading: TinyCore.day)
    var settings = Fixture.settings()
    settings.neutralWeight = 0
    settings.adapterRate = 0.3
    let night = Night(individual, settings, neutral: Fixture.neutral)
    #expect(throws: (any Error).self) { try night.sleep() }
    #expect(individual.currentNight == nil)
    #expect(try individual.unsleptEpisodes().count == 1)
  }

  @Test func shortDayIsAClearError() throws {
    let folder = try TemporaryFolder()
    let individual = try Fixture.individual(TinyCore(in: folder), folder, reading: "Too short.")
    let error = #expect(throws: SleepError.self) {
      try Night(individual, Fixture.settings(), neutral: Fixture.neutral).sleep()
    }
    #expect(error?.description.contains("too short") == true)
  }

  @Test func damagedMemoryIsNamed() throws {
    let folder = try TemporaryFolder()
    let individual = try Fixture.individual(TinyCore(in: folder), folder, reading: TinyCore.day)
    _ = try Night(individual, Fixture.settings(), neutral: Fixture.neutral).sleep()
    let file = individual.folder(ofNight: 1).appendingPathComponent(Mind.memoryFileName)
    try Data("garbage".utf8).write(to: file)
    let error = #expect(throws: (any Error).self) { try Mind.wake(individual) }
    #expect(error.map { "\($0)".contains(file.path) } == true)
  }
}
