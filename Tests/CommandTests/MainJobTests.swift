import Foundation
import TestSupport
import Testing

/// The main job through the command line, and everything that may go wrong on the way.
@Suite(.serialized) struct MainJobTests {
  let folder: TemporaryFolder
  let core: TinyCore
  let circadian: CircadianProcess
  let day: URL

  init() throws {
    folder = try TemporaryFolder()
    core = try TinyCore(in: folder)
    circadian = CircadianProcess(home: folder / "home")
    day = try folder.file(Data(TinyCore.day.utf8), name: "day.txt")
  }

  private func newborn() throws {
    #expect(try circadian.run("new", "ada", "--core", core.folder.path).code == 0)
  }

  private func json(_ result: CircadianProcess.Result) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require(object as? [String: Any])
  }

  /// Steps of a night with few tokens are over at once; many passes make it last.
  private func startLongNight() throws -> Process {
    let (process, _, messages) = try circadian.start(["sleep", "ada", "--passes", "5000"])
    // The first line of progress says that learning has begun.
    var seen = ""
    while !seen.contains("replaying") {
      let data = messages.fileHandleForReading.availableData
      if data.isEmpty { break }
      seen += String(decoding: data, as: UTF8.self)
    }
    usleep(400_000)
    return process
  }

  @Test func dayIsReadSleptOnAndRecalled() throws {
    try newborn()
    let read = try circadian.run("read", "ada", day.path, "--json")
    #expect(read.code == 0)
    #expect(try (json(read)["documents"] as? [[String: Any]])?.count == 1)
    let sleep = try circadian.run("sleep", "ada", "--passes", "200", "--json")
    #expect(sleep.code == 0, "\(sleep.messages)")
    let recall = try circadian.run("recall", "ada", "--json")
    #expect(recall.code == 0)
    let days = try #require(try json(recall)["days"] as? [[String: Any]])
    let before = try #require(days[0]["bitsPerByteBefore"] as? Double)
    let now = try #require(days[0]["bitsPerByteNow"] as? Double)
    #expect(now < before)
    let history = try circadian.run("history", "ada")
    #expect(history.code == 0 && history.output.contains("nothing waits"))
    #expect(try circadian.run("rollback", "ada", "0").code == 0)
    #expect(try circadian.run("history", "ada").output.contains("waiting for the next night"))
  }

  @Test func documentReadTwiceIsOne() throws {
    try newborn()
    try circadian.run("read", "ada", day.path)
    let again = try circadian.run("read", "ada", day.path)
    #expect(again.code == 0 && again.output.contains("known already"))
  }

  @Test func killInTheMiddleOfANightLosesNothing() throws {
    try newborn()
    try circadian.run("read", "ada", day.path)
    let night = try startLongNight()
    kill(night.processIdentifier, SIGKILL)
    night.waitUntilExit()
    #expect(night.terminationReason == .uncaughtSignal)
    let history = try circadian.run("history", "ada")
    #expect(history.code == 0)
    #expect(history.output.contains("no night yet") && history.output.contains("waiting"))
    #expect(try circadian.run("sleep", "ada", "--passes", "100").code == 0)
    #expect(try circadian.run("recall", "ada").code == 0)
  }

  @Test func interruptedNightIsTakenUpAgain() throws {
    try newborn()
    try circadian.run("read", "ada", day.path)
    let night = try startLongNight()
    kill(night.processIdentifier, SIGINT)
    night.waitUntilExit()
    #expect(night.terminationStatus == 130)
    let (process, _, messages) = try circadian.start(["sleep", "ada", "--passes", "5000"])
    var seen = ""
    while !seen.contains("going on") {
      let data = messages.fileHandleForReading.availableData
      if data.isEmpty { break }
      seen += String(decoding: data, as: UTF8.self)
    }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(seen.contains("going on with the interrupted night"))
  }

  @Test func killInTheMiddleOfReadingLosesNothing() throws {
    try newborn()
    // Nearly the same words in all of them would make them one document.
    let files = try (0..<200).map { number in
      let words = (0..<400).map { "word\(number)x\($0)" }.joined(separator: " ")
      return try folder.file(Data(words.utf8), name: "part-\(number).txt").path
    }
    let (process, _, _) = try circadian.start(["read", "ada"] + files)
    usleep(150_000)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let again = try circadian.run(["read", "ada", "--json"] + files)
    #expect(again.code == 0, "\(again.messages)")
    #expect(try (json(again)["documents"] as? [[String: Any]])?.count == 200)
    let history = try json(circadian.run("history", "ada", "--json"))
    #expect((history["waiting"] as? [String])?.count == 200)
  }

  @Test func aSecondNightIsRefusedAndReadingGoesOn() throws {
    try newborn()
    try circadian.run("read", "ada", day.path)
    let night = try startLongNight()
    let other = try folder.file(Data("Something else was said that day.".utf8), name: "other.txt")
    #expect(try circadian.run("read", "ada", other.path).code == 0)
    let second = try circadian.run("sleep", "ada")
    #expect(second.code == 75)
    #expect(second.messages.contains("in use by process \(night.processIdentifier)"))
    #expect(try circadian.run("history", "ada").code == 0)
    kill(night.processIdentifier, SIGKILL)
    night.waitUntilExit()
  }

  @Test func fullDiskIsAnErrorAndNothingIsLost() throws {
    try newborn()
    let large = try folder.file(
      Data(String(repeating: TinyCore.day + " ", count: 600).utf8), name: "large.txt")
    let read = try circadian.run(limitingFilesTo: 200, "read", "ada", large.path)
    #expect(read.code == 74, "\(read.messages)")
    #expect(try circadian.run("read", "ada", day.path).code == 0)
    let sleep = try circadian.run(limitingFilesTo: 60, "sleep", "ada", "--passes", "20")
    #expect(sleep.code == 74, "\(sleep.messages)")
    #expect(try circadian.run("history", "ada").output.contains("no night yet"))
    #expect(try circadian.run("sleep", "ada", "--passes", "100").code == 0)
  }

  @Test func changedCoreIsRefused() throws {
    try newborn()
    let weights = core.folder.appendingPathComponent("model.safetensors")
    var bytes = try Data(contentsOf: weights)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: weights)
    let result = try circadian.run("recall", "ada")
    #expect(result.code == 65)
    #expect(result.messages.contains("not the core"))
  }
}
