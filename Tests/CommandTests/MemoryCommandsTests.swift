import Foundation
import TestSupport
import Testing

@Suite struct MemoryCommandsTests {
  private let folder: TemporaryFolder
  private let circadian: CircadianProcess
  private let day: URL

  init() throws {
    folder = try TemporaryFolder()
    circadian = CircadianProcess(home: folder / "home")
    day = try folder.file(Data(TinyCore.day.utf8), name: "day.txt")
    let core = try TinyCore(in: folder)
    #expect(try circadian.run("new", "ada", "--core", core.folder.path).code == 0)
    #expect(try circadian.run("read", "ada", day.path).code == 0)
  }

  @Test func everyMemoryIsShown() throws {
    #expect(try circadian.run("sleep", "--all", "--passes", "100").code == 0)
    let shown = try circadian.run("memory", "ada")
    #expect(shown.code == 0)
    for level in ["context", "journal", "night 1", "core", "every sleep", "never"] {
      #expect(shown.output.contains(level))
    }
    let again = try circadian.run("sleep", "--all")
    #expect(again.code == 0 && again.output.contains("nobody has anything"))
  }

  @Test func nothingIsForgottenWithoutYes() throws {
    let asked = try circadian.run("forget", "ada", "LAMP number")
    #expect(asked.code == 0 && asked.output.contains("--yes"))
    #expect(try circadian.run("history", "ada").output.contains("waiting"))
    let done = try circadian.run("forget", "ada", "LAMP number", "--yes")
    #expect(done.code == 0 && done.output.contains("forgotten"))
    #expect(try circadian.run("history", "ada").output.contains("nothing waits"))
    let nothing = try circadian.run("forget", "ada", "LAMP number", "--yes")
    #expect(nothing.code == 0 && nothing.output.contains("no episode"))
  }

  @Test func aScheduleSaysWhenAndWhere() throws {
    let shown = try circadian.run("schedule", "--at", "04:05", "--minutes", "30")
    #expect(shown.code == 0)
    #expect(shown.output.contains("OnCalendar=*-*-* 04:05:00"))
    #expect(shown.output.contains("5 4 * * * nice -n 10"))
    #expect(shown.output.contains("sleep --all --minutes 30 --home \((folder / "home").path)"))
    for time in ["25:00", "4:05", "noon"] {
      let refused = try circadian.run("schedule", "--at", time)
      #expect(refused.code == 64 && refused.messages.contains(time))
    }
  }
}
