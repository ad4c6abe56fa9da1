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

  @Test func everybodyOfManyHomesSleeps() throws {
    // The folder holds other things than homes, too.
    let asleep = try circadian.run(
      "sleep", "--all", "--homes", folder.url.path, "--passes", "100", "--json")
    #expect(asleep.code == 0 && asleep.output.contains("\"home/ada\""))
    #expect(asleep.messages.contains("home/ada sleeps\n"))
    #expect(asleep.messages.contains("1 of 1 have slept\n"))
    #expect(try circadian.run("memory", "ada").output.contains("night 1"))
    let again = try circadian.run("sleep", "--all", "--homes", folder.url.path)
    #expect(again.code == 0 && again.output.contains("nobody has anything"))
    let missing = try circadian.run("sleep", "--all", "--homes", (folder / "none").path)
    #expect(missing.code == 74 && missing.messages.contains("none"))
    #expect(try circadian.run("sleep", "ada", "--homes", folder.url.path).code == 64)
  }

  @Test func aSeasonStandsForItsNight() throws {
    #expect(try circadian.run("sleep", "ada", "--season").code == 64)
    #expect(try circadian.run("sleep", "ada", "--passes", "100").code == 0)
    let settled = try circadian.run("sleep", "ada", "--season")
    #expect(settled.code == 0 && settled.output.contains("season 2 was kept"))
    let shown = try circadian.run("memory", "ada").output
    #expect(shown.contains("season 2") && shown.contains("by now in a season"))
    #expect(try circadian.run("rollback", "ada", "1").code == 0)
    #expect(try !circadian.run("memory", "ada").output.contains("season 2"))
  }

  @Test func skillsAreShownAndAdded() throws {
    #expect(try circadian.run("skills", "ada").output.contains("no skills"))
    let tea = folder / "tea"
    try FileManager.default.createDirectory(at: tea, withIntermediateDirectories: true)
    let file = tea.appendingPathComponent("SKILL.md")
    try Data("---\nname: tea\n---\nBoil.".utf8).write(to: file)
    let refused = try circadian.run("skills", "ada", "--add", tea.path)
    #expect(refused.code == 65 && refused.messages.contains("description"))
    try Data("---\nname: tea\ndescription: How to brew tea\n---\nBoil.".utf8).write(to: file)
    let added = try circadian.run("skills", "ada", "--add", tea.path)
    #expect(added.code == 0 && added.output.contains("How to brew tea"))
  }

  @Test func theJournalIsSearched() throws {
    let found = try circadian.run("search", "ada", "north", "tower")
    #expect(found.code == 0 && found.output.contains("the north tower"))
    let none = try circadian.run("search", "ada", "xylophone")
    #expect(none.code == 0 && none.output.contains("no episode"))
    #expect(try circadian.run("search", "nobody", "lamp").code != 0)
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
