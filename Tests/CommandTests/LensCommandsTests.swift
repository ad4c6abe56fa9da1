import Foundation
import TestSupport
import Testing

@Suite struct LensCommandsTests {
  @Test func aLensIsMadeAndShowsTonight() throws {
    let folder = try TemporaryFolder()
    let circadian = CircadianProcess(home: folder / "home")
    let core = try TinyCore(in: folder)
    let day = try folder.file(Data(TinyCore.day.utf8), name: "day.txt")
    #expect(try circadian.run("new", "ada", "--core", core.folder.path).code == 0)
    let without = try circadian.run("lens", "show", "ada")
    #expect(without.code == 74 && without.messages.contains("circadian lens train"))
    let made = try circadian.run(
      "lens", "train", day.path, "--model", core.folder.path, "--features", "64", "--kept", "4",
      "--steps", "30")
    #expect(made.code == 0 && made.output.contains("64 features"), "\(made.messages)")
    #expect(try circadian.run("lens", "show", "ada").code == 64)
    #expect(try circadian.run("read", "ada", day.path).code == 0)
    let shown = try circadian.run("lens", "show", "ada", "--count", "3")
    #expect(shown.code == 0 && shown.output.contains("would strengthen"), "\(shown.messages)")
    let steered = try circadian.run(
      "steer", "1", "--model", core.folder.path, "--prompt", "Maren lit", "--tokens", "5",
      "--strength", "0", "--strength", "2")
    #expect(steered.code == 0 && steered.output.contains("2.00: Maren lit"), "\(steered.messages)")
    let examples = try folder.file(Data(TinyCore.day.utf8.prefix(180)), name: "examples.txt")
    let worth = try circadian.run(
      "steer", "1", "--model", core.folder.path, "--prompt", "Maren lit", "--target", " lamp",
      "--example-file", examples.path)
    #expect(worth.code == 0 && worth.output.contains("log-odds ="), "\(worth.messages)")
    #expect(
      try circadian.run("steer", "64", "--model", core.folder.path, "--target", "x").code == 64)
    let wrong = try circadian.run("sleep", "ada", "--suppress", "64")
    #expect(wrong.code == 64 && wrong.messages.contains("expected 0 to 63"))
    #expect(try circadian.run("sleep", "ada", "--suppress", "1", "--season").code == 64)
    let stopped = try circadian.run(
      "sleep", "ada", "--amplify", "1", "--passes", "100", "--minutes", "0.0001")
    #expect(
      stopped.code == 130 && stopped.messages.contains("sleep ada --amplify 1' goes on"),
      "\(stopped.messages)")
    let missing = try circadian.run("lens", "train", (folder / "nowhere.txt").path)
    #expect(missing.code == 74 && missing.messages.contains("nowhere.txt"))
    let slept = try circadian.run("sleep", "ada", "--amplify", "1", "--passes", "100")
    #expect(slept.code == 0, "\(slept.messages)")
    // One that was made for another core.
    #expect(try circadian.run("new", "bo").code == 0)
    #expect(try circadian.run("read", "bo", day.path).code == 0)
    let other = try circadian.run("lens", "show", "bo")
    #expect(other.code == 64 && other.messages.contains("another core"))
  }
}
