import Foundation
import Individuals
import TestSupport
import Testing

/// A process is killed after each step of a commit; what is opened afterwards must be consistent.
@Suite struct CommitCrashTests {
  @Test(arguments: CommitStep.allCases.indices) func killedAfter(index: Int) async throws {
    let step = CommitStep.allCases[index]
    let folder = try TemporaryFolder()
    do {
      let ada = try Individual.create(name: "ada", core: .example, in: folder.home)
      _ = try ada.read("first day")
      try ada.sleep()
      _ = try ada.read("second day")
    }
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.url.path as String, index] in
      let ada = try Individual.open(name: "ada", in: Home(root: URL(fileURLWithPath: path)))
      let night = try ada.unfinishedNight(plan: Data("plan".utf8), canResume: { _ in true })
      try Data("step 7".utf8).write(to: night.workFolder / "checkpoint")
      try Data("memory".utf8).write(to: night.resultFolder / "memory.safetensors")
      _ = try ada.commit(
        night, substrate: "slots", seed: 7, episodes: try ada.unsleptEpisodes().map(\.id),
        seconds: 0
      ) { if $0 == CommitStep.allCases[index] { kill(getpid(), SIGKILL) } }
    }

    // A reader changes nothing and sees one side or the other.
    let reader = try Individual.open(name: "ada", in: folder.home, access: .reading)
    #expect(try reader.unsleptEpisodes().count == (reader.currentNight == 1 ? 1 : 0))

    let ada = try Individual.open(name: "ada", in: folder.home)
    switch step {
    case .recordWritten, .resultSynchronized:
      #expect(ada.currentNight == 1)
      #expect(try ada.unsleptEpisodes().map(\.text) == ["second day"])
      let night = try ada.unfinishedNight(plan: Data(), canResume: { $0 == Data("plan".utf8) })
      #expect(night.isResumed && night.number == 2)
      #expect(try Data(contentsOf: night.workFolder / "checkpoint") == Data("step 7".utf8))
      try ada.sleep()
    case .renamed, .nightsSynchronized, .pointerMoved, .workRemoved:
      #expect(ada.currentNight == 2)
      #expect(
        try Data(contentsOf: ada.folder(ofNight: 2) / "memory.safetensors") == Data("memory".utf8))
    }
    #expect(ada.currentNight == 2)
    #expect(try ada.lineage().map(\.number) == [1, 2])
    #expect(try ada.unsleptEpisodes().isEmpty)
    #expect(try ada.interruptedNight() == nil)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: (folder / "ada" / "nights").path).sorted()
        == ["0001", "0002"])
  }

  @Test func failedCommitCanBeTriedAgain() throws {
    let folder = try TemporaryFolder()
    let ada = try Individual.create(name: "ada", core: .example, in: folder.home)
    let night = try ada.unfinishedNight(plan: Data(), canResume: { _ in true })
    func commit(stoppingAfter step: CommitStep?) throws {
      _ = try ada.commit(night, substrate: "slots", seed: 7, episodes: [], seconds: 0) {
        if $0 == step { throw Crash() }
      }
    }
    for step in [CommitStep.recordWritten, .resultSynchronized] {
      #expect(throws: Crash.self) { try commit(stoppingAfter: step) }
    }
    try commit(stoppingAfter: nil)
    #expect(ada.currentNight == 1)
  }

  @Test func nightWithoutItsExamIsNotCommitted() throws {
    let folder = try TemporaryFolder()
    let ada = try Individual.create(name: "ada", core: .example, in: folder.home)
    let night = try ada.unfinishedNight(plan: Data(), canResume: { _ in true })
    try Data("memory".utf8).write(to: night.resultFolder / "memory.safetensors")
    let error = #expect(throws: IndividualError.self) {
      try ada.commit(
        night, substrate: "slots", seed: 7, episodes: [],
        required: ["memory.safetensors", "exam.json"], seconds: 0)
    }
    #expect(error?.description.contains("no exam.json") == true)
    #expect(ada.currentNight == nil)
    #expect(try ada.history().isEmpty)
  }

  @Test func nightRolledBackFromIsNotTakenUpAgain() throws {
    let folder = try TemporaryFolder()
    do {
      let ada = try Individual.create(name: "ada", core: .example, in: folder.home)
      try ada.sleep()
      try ada.sleep()
      try ada.rollback(to: 1)
    }
    #expect(try Individual.open(name: "ada", in: folder.home).currentNight == 1)
  }

  /// The pointer could not be moved, and the process went on and rolled back.
  @Test func nightNotPointedAtIsForgottenByRollingBack() throws {
    let folder = try TemporaryFolder()
    do {
      let ada = try Individual.create(name: "ada", core: .example, in: folder.home)
      try ada.sleep()
      let night = try ada.unfinishedNight(plan: Data(), canResume: { _ in true })
      #expect(throws: Crash.self) {
        _ = try ada.commit(night, substrate: "slots", seed: 7, episodes: [], seconds: 0) {
          if $0 == .renamed { throw Crash() }
        }
      }
      try ada.rollback(to: 1)
    }
    let ada = try Individual.open(name: "ada", in: folder.home)
    #expect(ada.currentNight == 1)
    #expect(try ada.nightNumbers() == [1, 2])
  }

  @Test func strangeNightIsNotTakenUp() throws {
    let folder = try TemporaryFolder()
    do {
      let ada = try Individual.create(name: "ada", core: .example, in: folder.home)
      try ada.sleep()
      try FileManager.default.createDirectory(
        at: ada.folder(ofNight: 2), withIntermediateDirectories: false)
    }
    let ada = try Individual.open(name: "ada", in: folder.home)
    #expect(ada.currentNight == 1)
    #expect(try ada.sleep() == 3)
  }
}
