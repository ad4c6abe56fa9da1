import Foundation
import TestSupport
import Testing

/// `--profile`, which every command has.
@Suite struct ProfileOptionTests {
  let folder: TemporaryFolder
  let circadian: CircadianProcess

  init() throws {
    folder = try TemporaryFolder()
    circadian = CircadianProcess(home: folder / "home")
  }

  @Test func tellsWhereTheTimeWentBesideTheResult() throws {
    let words = ["generate", "--prompt", "One", "--tokens", "3", "--temperature", "0"]
    let plain = try circadian.run(words)
    let profiled = try circadian.run(words + ["--profile", "--quiet"])
    #expect(profiled.code == 0 && profiled.output == plain.output)
    #expect(!plain.messages.contains("GFLOP"))
    for expected in ["operation", "linear", "GFLOP/s", "Matrix peak"] {
      #expect(profiled.messages.contains(expected), "\(profiled.messages)")
    }
  }

  @Test func isToldOfWhatFailedToo() throws {
    let failed = try circadian.run("model", "show", (folder / "none").path, "--profile")
    #expect(failed.code != 0)
    #expect(failed.messages.contains("none") && failed.messages.contains("Operations:"))
  }
}
