import Foundation
import Individuals
import LanguageModels
import Sleep
import TestSupport
import Testing

/// What can go wrong at night: nothing is lost, and nothing bad is kept.
@Suite struct FaultTests {
  /// Where a process is killed: at the beginning of a stage, or in the middle of learning.
  static let deaths = [
    "replaying the day", "reflecting on the day", "asking the teacher", "learning", "step",
    "taking the exam",
  ]

  @Test(arguments: deaths.indices) func killedInEveryStage(index: Int) async throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let elsewhere = try TemporaryFolder()
    let whole = try memory(of: Fixture.individual(core, elsewhere, reading: TinyCore.day))
    do { _ = try Fixture.individual(core, folder, reading: TinyCore.day) }
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = (folder / "home").path as String, index] in
      let home = Home(root: URL(fileURLWithPath: path))
      let individual = try Individual.open(name: "ada", in: home)
      let night = Night(individual, Fixture.settings(), neutral: Fixture.neutral)
      _ = try night.sleep(report: { event in
        switch event {
        case .stage(FaultTests.deaths[index]): kill(getpid(), SIGKILL)
        case .learning(step: 5, _, _) where FaultTests.deaths[index] == "step":
          kill(getpid(), SIGKILL)
        default: break
        }
      })
    }
    let individual = try Individual.open(name: "ada", in: Home(root: folder / "home"))
    #expect(individual.currentNight == nil)
    #expect(try individual.unsleptEpisodes().map(\.text) == [TinyCore.day])
    #expect(try Mind.wake(individual).nights.isEmpty)
    // The night that is slept after all is the one that would have been.
    #expect(try memory(of: individual) == whole)
  }

  /// Files of more than half a megabyte cannot be written, as on a disk that is full.
  @Test func fullDisk() async throws {
    let folder = try TemporaryFolder()
    do { _ = try Fixture.individual(TinyCore(in: folder), folder, reading: TinyCore.day) }
    await #expect(processExitsWith: .success) { [path = (folder / "home").path as String] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 500_000, rlim_max: 500_000)
      precondition(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let individual = try Individual.open(name: "ada", in: Home(root: URL(fileURLWithPath: path)))
      var settings = Fixture.settings(.slots)
      settings.size.slotCount = 4096
      let error = #expect(throws: (any Error).self) {
        try Night(individual, settings, neutral: Fixture.neutral).sleep()
      }
      #expect(error.map { "\($0)".contains(Mind.memoryFileName) } == true)
    }
    let individual = try Individual.open(name: "ada", in: Home(root: folder / "home"))
    #expect(individual.currentNight == nil)
    #expect(try individual.unsleptEpisodes().count == 1)
    _ = try memory(of: individual)
    #expect(individual.currentNight == 1)
  }

  /// One bit of one number: only the digest can tell.
  @Test func corruptMemory() throws {
    let folder = try TemporaryFolder()
    let individual = try Fixture.individual(TinyCore(in: folder), folder, reading: TinyCore.day)
    _ = try memory(of: individual)
    let file = individual.folder(ofNight: 1).appendingPathComponent(Mind.memoryFileName)
    var data = try Data(contentsOf: file)
    data[data.count - 1] ^= 1
    try data.write(to: file)
    _ = try individual.journal.appendDocument(title: "second", text: "More. " + TinyCore.day)
    let night = Night(individual, Fixture.settings(), neutral: Fixture.neutral)
    for use in [{ _ = try Mind.wake(individual) }, { _ = try night.sleep() }] {
      let error = #expect(throws: IndividualError.self, performing: use)
      #expect(error?.description.contains(file.path) == true)
    }
    #expect(individual.currentNight == 1)
    try individual.rollback(to: nil)
    #expect(try Mind.wake(individual).nights.isEmpty)
  }

  /// Neutral text in which nothing can be measured: drift is not a number then.
  @Test func examThatCannotBeTaken() throws {
    let folder = try TemporaryFolder()
    let individual = try Fixture.individual(TinyCore(in: folder), folder, reading: TinyCore.day)
    let neutral = NeutralText(keep: TinyCore.neutral, heldOut: "")
    #expect(throws: (any Error).self) {
      try Night(individual, Fixture.settings(), neutral: neutral).sleep()
    }
    #expect(individual.currentNight == nil)
    #expect(try individual.unsleptEpisodes().count == 1)
  }

  /// Whatever a day of noise teaches, what is kept has passed the exam.
  @Test func dayOfNonsense() throws {
    let folder = try TemporaryFolder()
    let noise = (0..<1500).map { String(UnicodeScalar(UInt8(33 + ($0 * 7919 % 1009) % 90))) }
      .joined()
    let individual = try Fixture.individual(TinyCore(in: folder), folder, reading: noise)
    do {
      _ = try Night(individual, Fixture.settings(), neutral: Fixture.neutral).sleep()
    } catch let error as SleepError {
      #expect(individual.currentNight == nil, "\(error)")
    }
    let drift = try Examination(individual, neutral: Fixture.neutral, precision: .float32).report()
      .drift
    #expect(drift <= ExamRules().driftLimit)
    #expect(try individual.journal.episodes().count == 1)
  }

  /// Nights are ordered by their numbers, whatever the clock says.
  @Test func clockGoingBackwards() throws {
    let folder = try TemporaryFolder()
    let individual = try Fixture.individual(TinyCore(in: folder), folder)
    for (number, date) in [Date(timeIntervalSince1970: 2e9), Date(timeIntervalSince1970: 1e9)]
      .enumerated()
    {
      let text = TinyCore.day.replacingOccurrences(of: "lamp", with: number == 0 ? "lamp" : "bell")
      _ = try individual.journal.appendDocument(title: "day \(number)", text: text, at: date)
      _ = try memory(of: individual)
    }
    #expect(try individual.lineage().map(\.episodes) == [[1], [2]])
    #expect(try individual.unsleptEpisodes().isEmpty)
    #expect(try Mind.wake(individual).nights.map(\.number) == [1, 2])
  }

  @Test func twoSleepers() throws {
    let folder = try TemporaryFolder()
    let individual = try Fixture.individual(TinyCore(in: folder), folder, reading: TinyCore.day)
    var second: (any Error)?
    let night = Night(individual, Fixture.settings(), neutral: Fixture.neutral)
    _ = try night.sleep(report: { event in
      guard case .learning = event, second == nil else { return }
      do {
        _ = try Individual.open(name: "ada", in: Home(root: folder / "home"))
      } catch { second = error }
    })
    #expect(second.map { "\($0)".contains("in use") } == true)
    #expect(individual.currentNight == 1)
  }

  /// It would pass for a night that asked itself nothing, whose questions nobody rehearses or examines.
  @Test func aStudySheetThatIsGoneIsNoEmptyOne() throws {
    let folder = try TemporaryFolder()
    let individual = try Fixture.individual(TinyCore(in: folder), folder, reading: TinyCore.day)
    _ = try memory(of: individual)
    try FileManager.default.removeItem(
      at: individual.folder(ofNight: 1).appendingPathComponent(StudySheet.fileName))
    _ = try individual.journal.appendDocument(
      title: "bells", text: TinyCore.day.replacingOccurrences(of: "lamp", with: "bell"))
    let asleep = #expect(throws: IndividualError.self) { try memory(of: individual) }
    let examined = #expect(throws: IndividualError.self) {
      try Examination(individual, neutral: Fixture.neutral, precision: .float32).report()
    }
    for error in [asleep, examined] {
      #expect(error.map { "\($0)".contains(StudySheet.fileName) } == true)
    }
    #expect(individual.currentNight == 1)
  }

  /// The memory of a night on all that waits.
  private func memory(of individual: Individual) throws -> Data {
    let outcome = try Night(individual, Fixture.settings(), neutral: Fixture.neutral).sleep()
    guard case .committed(let night, _) = outcome else { throw CocoaError(.featureUnsupported) }
    return try Data(contentsOf: individual.memoryFile(of: night))
  }
}
