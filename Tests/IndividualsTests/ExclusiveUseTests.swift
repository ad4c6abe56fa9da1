import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct ExclusiveUseTests {
  @Test func secondProcessIsToldWhoHoldsIt() async throws {
    let folder = try TemporaryFolder()
    let ada = try Individual.create(name: "ada", core: .example, in: folder.home)
    await #expect(processExitsWith: .success) {
      [path = folder.url.path as String, parent = getpid() as Int32] in
      let home = Home(root: URL(fileURLWithPath: path))
      let error = #expect(throws: IndividualError.self) {
        try Individual.open(name: "ada", in: home)
      }
      #expect(error?.category == .busy)
      #expect(error?.description.contains("process \(parent) since 20") == true)
      // Reading goes on beside the writer.
      let reader = try Individual.open(name: "ada", in: home, access: .reading)
      #expect(try reader.history().isEmpty)
    }
    #expect(ada.name == "ada")
  }

  @Test func deathOfTheHolderFreesIt() async throws {
    let folder = try TemporaryFolder()
    _ = try Individual.create(name: "ada", core: .example, in: folder.home)
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.url.path as String] in
      let ada = try Individual.open(name: "ada", in: Home(root: URL(fileURLWithPath: path)))
      withExtendedLifetime(ada) { _ = kill(getpid(), SIGKILL) }
    }
    #expect(throws: Never.self) { try Individual.open(name: "ada", in: folder.home) }
  }

  @Test func lockedByAnotherProgram() throws {
    let folder = try TemporaryFolder()
    _ = try Individual.create(name: "ada", core: .example, in: folder.home)
    let descriptor = open((folder / "ada" / "lock").path, O_RDWR | O_CLOEXEC)
    #expect(flock(descriptor, LOCK_EX) == 0)
    #expect(throws: IndividualError.inUse("ada", holder: nil)) {
      try Individual.open(name: "ada", in: folder.home)
    }
    flock(descriptor, LOCK_UN)
    close(descriptor)
    #expect(throws: Never.self) { try Individual.open(name: "ada", in: folder.home) }
  }

  @Test func readerChangesNothing() throws {
    let folder = try TemporaryFolder()
    _ = try Individual.create(name: "ada", core: .example, in: folder.home)
    let reader = try Individual.open(name: "ada", in: folder.home, access: .reading)
    #expect(throws: IndividualError.openedForReading("ada")) { try reader.rollback(to: nil) }
    #expect(throws: IndividualError.openedForReading("ada")) {
      try reader.unfinishedNight(plan: Data(), canResume: { _ in true })
    }
    #expect(throws: IndividualError.self) {
      try reader.journal.appendDocument(title: "t", text: "text")
    }
    #expect(reader.journal.isEmpty)
  }

  @Test func readerSeesWhatIsWrittenBesideIt() throws {
    let folder = try TemporaryFolder()
    let writer = try Individual.create(name: "ada", core: .example, in: folder.home)
    let reader = try Individual.open(name: "ada", in: folder.home, access: .reading)
    _ = try writer.journal.appendDocument(title: "t", text: "text")
    #expect(try reader.journal.episodes().map(\.title) == ["t"])
  }
}
