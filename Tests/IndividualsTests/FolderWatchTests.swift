import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct FolderWatchTests {
  private func write(_ text: String, _ file: URL, ago seconds: Double = 60) throws {
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes(
      [.modificationDate: Date().addingTimeInterval(-seconds)], ofItemAtPath: file.path)
  }

  private struct Setting {
    let home: TemporaryFolder
    let folder: URL
    let individual: Individual

    init() throws {
      home = try TemporaryFolder()
      folder = home / "podcasts"
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      individual = try Individual.create(
        name: "ada", core: CoreReference(identifier: "none", digest: "none"),
        in: Home(root: home / "home"))
    }

    func look(_ watch: inout FolderWatch) throws -> WatchOutcome? {
      let fresh = try watch.look(besides: WatchRecord.read(individual).files)
      return fresh.isEmpty ? nil : try individual.read(fresh, of: watch)
    }
  }

  @Test func everyFileIsReadOnce() throws {
    let setting = try Setting()
    try write("The lamp of the north tower burns all night.", setting.folder / "lamp.txt")
    try write("x\u{0}y", setting.folder / "bad.txt")
    try write("hidden", setting.folder / ".hidden.txt")
    var watch = FolderWatch(setting.folder.path)
    let first = try #require(try setting.look(&watch))
    #expect(first.read == ["lamp"])
    #expect(first.warnings.count == 1 && first.warnings[0].contains("bad.txt"))
    #expect(try setting.look(&watch) == nil)
    // Another program that looks later knows as well.
    var other = FolderWatch(setting.folder.path)
    #expect(try setting.look(&other) == nil)

    try write("The salt pier was closed in autumn.", setting.folder / "pier.txt")
    let second = try #require(try setting.look(&watch))
    // What was warned about before is not told again.
    #expect(second.read == ["pier"] && second.warnings.isEmpty)
  }

  @Test func whatIsStillWrittenWaits() throws {
    let setting = try Setting()
    let file = setting.folder / "talk.txt"
    var watch = FolderWatch(setting.folder.path)
    try write("The first half of a talk", file, ago: 0)
    #expect(try setting.look(&watch) == nil)
    try write("The first half of a talk, and the second half of it.", file, ago: 0)
    #expect(try setting.look(&watch) == nil)
    // The same at two looks: nobody writes any more.
    let outcome = try #require(try setting.look(&watch))
    #expect(outcome.read == ["talk"])
    #expect(
      try setting.individual.journal.episodes().map(\.text).first?.hasSuffix("of it.") == true)
  }

  @Test func whatWasForgottenStaysForgotten() throws {
    let setting = try Setting()
    try write("The lamp of the north tower burns all night.", setting.folder / "lamp.txt")
    var watch = FolderWatch(setting.folder.path)
    _ = try setting.look(&watch)
    _ = try setting.individual.forget([1])
    try write("The salt pier was closed in autumn.", setting.folder / "pier.txt")
    _ = try setting.look(&watch)
    #expect(try setting.individual.journal.episodes().map(\.title) == ["pier"])
  }

  @Test func aFolderThatIsNotThereIsNamed() throws {
    var watch = FolderWatch("/nowhere/at/all")
    #expect(throws: (any Error).self) { try watch.look(besides: [:]) }
  }
}
