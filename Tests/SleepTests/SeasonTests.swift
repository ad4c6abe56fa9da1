import Foundation
import Individuals
import Sleep
import TestSupport
import Testing

@Suite struct SeasonTests {
  /// An individual after two nights, and settings with which a season is due then.
  private func sleeper(_ folder: TemporaryFolder) throws -> (Individual, NightSettings) {
    let individual = try Fixture.individual(TinyCore(in: folder), folder)
    var settings = Fixture.settings(.gated)
    settings.season.nights = 2
    settings.season.rank = 16
    settings.season.passes = 20
    for word in ["lamp", "bell"] {
      _ = try individual.journal.appendDocument(
        title: word, text: TinyCore.day.replacingOccurrences(of: "lamp", with: word))
      _ = try Night(individual, settings, neutral: Fixture.neutral).sleep()
    }
    return (individual, settings)
  }

  /// One that was not kept is not forgotten.
  @Test func seasonStaysDue() throws {
    let folder = try TemporaryFolder()
    var (individual, settings) = try sleeper(folder)
    settings.season.nights = 1
    #expect(try Season(individual, settings, neutral: Fixture.neutral).isDue())
    settings.season.nights = 3
    #expect(try !Season(individual, settings, neutral: Fixture.neutral).isDue())
    settings.season.nights = 0
    #expect(try !Season(individual, settings, neutral: Fixture.neutral).isDue())
  }

  @Test(arguments: [MemoryKind.gated, .lora])
  func seasonStandsForItsNights(_ memory: MemoryKind) throws {
    let folder = try TemporaryFolder()
    var (individual, settings) = try sleeper(folder)
    settings.season.memory = memory
    let before = try Examination(individual, neutral: Fixture.neutral, precision: .float32).report()
    let season = Season(individual, settings, neutral: Fixture.neutral)
    #expect(try season.isDue())
    guard case .committed(let record, let recall) = try season.settle() else {
      Issue.record("the season was interrupted by nobody")
      return
    }
    #expect(record.isSeason && record.standsFor == [1, 2] && record.episodes.isEmpty)
    #expect(try individual.lineage().standing.map(\.number) == [3])
    #expect(try !season.isDue())
    // Days are counted from before their own nights, and what is asked is the season alone.
    #expect(recall.days.map(\.night) == [1, 2])
    for (day, earlier) in zip(recall.days, before.days) {
      #expect(day.bitsPerByteBefore == earlier.bitsPerByteBefore)
      #expect(day.bitsPerByteLastNight == earlier.bitsPerByteNow)
      let kept =
        (day.bitsPerByteBefore - day.bitsPerByteNow)
        / (earlier.bitsPerByteBefore - earlier.bitsPerByteNow)
      #expect(kept > 0.7)
    }
    // The nights are there to go back to.
    try individual.rollback(to: 2)
    #expect(try individual.lineage().standing.map(\.number) == [1, 2])
  }

  @Test func nightsGoOnAfterASeason() throws {
    let folder = try TemporaryFolder()
    let (individual, settings) = try sleeper(folder)
    let season = Season(individual, settings, neutral: Fixture.neutral)
    _ = try season.settle()
    _ = try individual.journal.appendDocument(
      title: "third", text: TinyCore.day.replacingOccurrences(of: "lamp", with: "gate"))
    _ = try Night(individual, settings, neutral: Fixture.neutral).sleep()
    #expect(try individual.lineage().standing.map(\.number) == [3, 4])
    _ = try individual.journal.appendDocument(
      title: "fourth", text: TinyCore.day.replacingOccurrences(of: "lamp", with: "sail"))
    _ = try Night(individual, settings, neutral: Fixture.neutral).sleep()
    #expect(try season.isDue())
    guard case .committed(let record, _) = try season.settle() else { return }
    #expect(record.standsFor == [3, 4, 5])
    #expect(try individual.lineage().flatMap(\.episodes) == [1, 2, 3, 4])
  }

  @Test func seasonThatForgetsIsNotKept() throws {
    let folder = try TemporaryFolder()
    var (individual, settings) = try sleeper(folder)
    settings.season.beginsWithNights = false
    settings.season.passes = 0.1
    let error = #expect(throws: SleepError.self) {
      try Season(individual, settings, neutral: Fixture.neutral).settle()
    }
    #expect(error?.description.contains("earlier days") == true)
    #expect(try individual.lineage().standing.map(\.number) == [1, 2])
  }

  /// A night that comes first would discard a season's work, and a season a night's.
  @Test func whatWasBegunIsKnown() throws {
    let folder = try TemporaryFolder()
    let (individual, settings) = try sleeper(folder)
    let season = Season(individual, settings, neutral: Fixture.neutral)
    #expect(try !season.isBegun())
    _ = try season.settle(isInterrupted: { true })
    #expect(try season.isBegun())
    _ = try season.settle()
    #expect(try !season.isBegun())
    _ = try individual.journal.appendDocument(
      title: "third", text: TinyCore.day.replacingOccurrences(of: "lamp", with: "gate"))
    _ = try Night(individual, settings, neutral: Fixture.neutral).sleep(isInterrupted: { true })
    #expect(try !season.isBegun())
  }

  @Test func interruptedSeasonEndsWithTheSameBytes() throws {
    func memory(interruptedAt stop: Int?) throws -> Data {
      let folder = try TemporaryFolder()
      let (individual, settings) = try sleeper(folder)
      let season = Season(individual, settings, neutral: Fixture.neutral)
      if let stop {
        var step = 0
        let outcome = try season.settle(
          isInterrupted: { step >= stop },
          report: { if case .learning(let now, _, _) = $0 { step = now } })
        guard case .interrupted = outcome else { throw CocoaError(.featureUnsupported) }
      }
      guard case .committed(let record, _) = try season.settle() else {
        throw CocoaError(.featureUnsupported)
      }
      return try Data(contentsOf: individual.memoryFile(of: record))
    }
    #expect(try memory(interruptedAt: 3) == memory(interruptedAt: nil))
  }

  /// A linear change cannot begin as keys that have to fire: it begins as nothing.
  @Test func onlyGatedSeasonsBeginAsGatedNights() throws {
    let folder = try TemporaryFolder()
    let (individual, settings) = try sleeper(folder)
    let keys = try NightMemory.Beginnings.strongest(8, on: Mind.wake(individual).model)
    let text = DayText(
      try individual.journal.episodes()[0], try Mind.wake(individual).tokenizer)
    func nats(_ kind: MemoryKind?) throws -> Float {
      let core = try Mind.wake(individual, upTo: .some(nil)).model
      if let kind {
        _ = NightMemory.begin(kind, size: settings.size, on: core, seed: 1, from: keys)
      }
      return try Recall.losses(core, text).reduce(0, +)
    }
    #expect(try nats(.lora) == nats(nil))
    #expect(try nats(.gated) < nats(nil))
  }

  @Test func nobodyHasASeasonWithoutNights() throws {
    let folder = try TemporaryFolder()
    let individual = try Fixture.individual(TinyCore(in: folder), folder)
    let season = Season(individual, Fixture.settings(), neutral: Fixture.neutral)
    #expect(try !season.isDue())
    #expect(throws: SleepError.self) { try season.settle() }
  }
}
