import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct NightTests {
  let folder: TemporaryFolder
  let ada: Individual

  init() throws {
    folder = try TemporaryFolder()
    ada = try Individual.create(name: "ada", core: .example, in: folder.home)
  }

  @Test func nightIsCommittedWhole() throws {
    let day = try ada.read("first")
    let night = try ada.unfinishedNight(plan: Data("{}".utf8), canResume: { _ in true })
    #expect(!night.isResumed && night.number == 1 && night.parent == nil)
    try Data("memory".utf8).write(to: night.resultFolder / "memory.safetensors")
    try Data("checkpoint".utf8).write(to: night.workFolder / "checkpoint")
    let record = try ada.commit(
      night, substrate: "slots", seed: .max, episodes: [day], settings: ["rate": "5e-2"],
      measures: ["recall": 0.75, "drift": .infinity], seconds: 1.5)
    #expect(record.number == 1 && record.parent == nil && record.episodes == [day])
    #expect(record.coreDigest == CoreReference.example.digest)
    #expect(ada.currentNight == 1)
    #expect(try ada.night(1) == record)
    #expect(try ada.lineage() == [record])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: ada.folder(ofNight: 1).path).sorted()
        == ["memory.safetensors", "night.json"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: (folder / "ada" / "nights").path)
        == ["0001"])
    let reader = try Individual.open(name: "ada", in: folder.home, access: .reading)
    #expect(reader.currentNight == 1)
    #expect(try reader.night(1) == record)
  }

  @Test func undefinedMeasureDoesNotCostTheNight() throws {
    try ada.sleep(measures: ["bits": .nan])
    #expect(try ada.night(1).measures["bits"]?.isNaN == true)
  }

  @Test func rollingBackMakesTheDayUnslept() throws {
    let first = try ada.read("first")
    try ada.sleep()
    let second = try ada.read("second")
    let third = try ada.read("third")
    #expect(try ada.unsleptEpisodes().map(\.id) == [second, third])
    try ada.sleep()
    #expect(try ada.unsleptEpisodes().isEmpty)
    try ada.rollback(to: 1)
    #expect(try ada.unsleptEpisodes().map(\.id) == [second, third])
    try ada.rollback(to: nil)
    #expect(try ada.unsleptEpisodes().map(\.id) == [first, second, third])
    try ada.rollback(to: 2)
    #expect(try ada.unsleptEpisodes().isEmpty)
  }

  @Test func numbersAreNeverUsedAgain() throws {
    try ada.sleep()
    try ada.sleep()
    try ada.rollback(to: 1)
    #expect(try ada.sleep() == 3)
    #expect(try ada.lineage().map(\.number) == [1, 3])
    try ada.rollback(to: nil)
    #expect(try ada.sleep() == 4)
    // Not even when somebody has removed the last one by hand.
    try FileManager.default.removeItem(at: ada.folder(ofNight: 4))
    try ada.rollback(to: 3)
    #expect(try ada.sleep() == 5)
    let history = try ada.history()
    #expect(history.map(\.number) == [1, 2, 3, 5])
    #expect(history.map(\.isInLineage) == [true, false, true, true])
    #expect(history.map(\.isCurrent) == [false, false, false, true])
  }

  @Test func rollbackNeedsAnExistingNight() throws {
    try ada.sleep()
    for number in [0, -1, 2, .max] {
      #expect(throws: IndividualError.unknownNight(number, existing: [1])) {
        try ada.rollback(to: number)
      }
    }
    #expect(ada.currentNight == 1)
  }

  @Test func emptyConversationIsNothingToSleepOn() throws {
    let id = try ada.journal.beginConversation(title: "c")
    #expect(try ada.unsleptEpisodes().isEmpty)
    try ada.journal.appendTurn("hello", by: .user, to: id)
    #expect(try ada.unsleptEpisodes().map(\.id) == [id])
  }

  @Test func damagedNightIsNamedAndLeftByRollingBack() throws {
    try ada.sleep()
    try ada.sleep()
    let file = ada.folder(ofNight: 2) / "night.json"
    let sound = try String(contentsOf: file, encoding: .utf8)
    for (text, replacement, key) in [
      ("\"parent\" : 1", "\"parent\" : 2", "parent"),
      ("\"parent\" : 1", "\"parent\" : 9", "parent"),
      ("\"number\" : 2", "\"number\" : 3", "number"),
      ("\"seed\" : 7", "\"seed\" : -7", "seed"),
      ("\"coreDigest\" : \"", "\"coreDigest\" : \"0", "coreDigest"),
    ] {
      #expect(sound.contains(text))
      try Data(sound.replacingOccurrences(of: text, with: replacement).utf8).write(to: file)
      let error = #expect(throws: IndividualError.self) { try ada.unsleptEpisodes() }
      guard case .damaged(path: file.path, key: key, _) = error else {
        Issue.record("\(key): \(String(describing: error))")
        continue
      }
      let entry = try #require(try ada.history().last)
      #expect(entry.isInLineage && entry.isCurrent)
      #expect(throws: IndividualError.self) { try entry.night.get() }
    }
    try ada.rollback(to: 1)
    #expect(try ada.unsleptEpisodes().isEmpty)
  }

  @Test func unknownEpisodesCannotBeLearned() throws {
    let night = try ada.unfinishedNight(plan: Data(), canResume: { _ in true })
    #expect(throws: IndividualError.unknownEpisode(5)) {
      try ada.commit(night, substrate: "slots", seed: 1, episodes: [5], seconds: 0)
    }
    #expect(ada.currentNight == nil)
  }
}

@Suite struct UnfinishedNightTests {
  let folder: TemporaryFolder
  let ada: Individual

  init() throws {
    folder = try TemporaryFolder()
    ada = try Individual.create(name: "ada", core: .example, in: folder.home)
  }

  private func begin(_ plan: String, resumes: Bool = true) throws -> UnfinishedNight {
    try ada.unfinishedNight(plan: Data(plan.utf8), canResume: { _ in resumes })
  }

  @Test func interruptedNightIsTakenUp() throws {
    let begun = try begin("first")
    try Data("step 7".utf8).write(to: begun.workFolder / "checkpoint")
    try Data("stale".utf8).write(to: begun.resultFolder / "exam.json")
    let found = try begin("second")
    #expect(found.isResumed && found.plan == Data("first".utf8) && found.number == 1)
    #expect(try Data(contentsOf: found.workFolder / "checkpoint") == Data("step 7".utf8))
    // Results are written again, so that none of an earlier attempt is committed.
    #expect(try FileManager.default.contentsOfDirectory(atPath: found.resultFolder.path) == [])
    #expect(try ada.interruptedNight()?.plan == Data("first".utf8))
  }

  @Test func callerDiscards() throws {
    let begun = try begin("first")
    try Data("step 7".utf8).write(to: begun.workFolder / "checkpoint")
    let found = try begin("second", resumes: false)
    #expect(!found.isResumed && found.plan == Data("second".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: found.workFolder.path) == [])
    try ada.discardUnfinishedNight()
    #expect(try ada.interruptedNight() == nil)
  }

  @Test func otherParentVoidsIt() throws {
    try ada.sleep()
    let begun = try begin("after night 1")
    try ada.rollback(to: nil)
    #expect(try ada.interruptedNight() == nil)
    #expect(throws: IndividualError.staleNight(2)) {
      try ada.commit(begun, substrate: "slots", seed: 1, episodes: [], seconds: 0)
    }
    try ada.rollback(to: 1)
    #expect(try begin("other").isResumed)
  }

  @Test func halfMadeFolderIsNotResumed() throws {
    _ = try begin("first")
    let partial = folder / "ada" / "nights" / ".partial"
    for name in ["origin.json", "plan.json"] {
      try FileManager.default.removeItem(at: partial / name)
      #expect(try !begin("second").isResumed)
    }
    try Data("{".utf8).write(to: partial / "origin.json")
    #expect(try !begin("third").isResumed)
  }
}

extension Individual {
  func read(_ text: String) throws -> Episode.ID {
    try journal.appendDocument(title: text, text: text).episode.id
  }

  /// Sleeps on all unslept episodes and returns the night's number.
  @discardableResult
  func sleep(measures: [String: Double] = [:]) throws -> Int {
    let night = try unfinishedNight(plan: Data(), canResume: { _ in false })
    return try commit(
      night, substrate: "slots", seed: 7, episodes: try unsleptEpisodes().map(\.id),
      measures: measures, seconds: 0
    ).number
  }
}
