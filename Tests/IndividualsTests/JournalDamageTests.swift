import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct JournalDamageTests {
  /// A process is killed while it writes turns as fast as it can.
  @Test(arguments: [5, 40, 120]) func killedWhileWriting(milliseconds: UInt32) async throws {
    let folder = try TemporaryFolder()
    _ = try Individual.create(name: "ada", core: .example, in: folder.home)
    let shown = folder / "shown"
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = folder.url.path as String, shown = shown.path as String, milliseconds] in
      let ada = try Individual.open(name: "ada", in: Home(root: URL(fileURLWithPath: path)))
      let id = try ada.journal.beginConversation(title: "c")
      let descriptor = open(shown, O_WRONLY | O_CREAT | O_APPEND, 0o600)
      Thread.detachNewThread {
        usleep(milliseconds * 1000)
        kill(getpid(), SIGKILL)
      }
      for number in 0... {
        try ada.journal.appendTurn("turn \(number)", by: .user, to: id)
        _ = write(descriptor, ".", 1)
      }
    }
    let ada = try Individual.open(name: "ada", in: folder.home)
    let count = (try? Data(contentsOf: shown).count) ?? 0
    if let episode = try ada.journal.episodes().first {
      let turns = try ada.journal.turns(of: episode.id)
      #expect(turns.map(\.text) == (0..<turns.count).map { "turn \($0)" })
      // The last turn may have been committed without having been shown, never the reverse.
      #expect(turns.count == count || turns.count == count + 1)
      #expect(episode.text == turns.map { "user: \($0.text)\n" }.joined())
    } else {
      #expect(count == 0)
    }
    _ = try ada.journal.appendDocument(title: "t", text: "goes on")
  }

  @Test func fullDiskLosesNothing() async throws {
    let folder = try TemporaryFolder()
    let ada = try Individual.create(name: "ada", core: .example, in: folder.home)
    _ = try ada.journal.appendDocument(title: "t", text: "before")
    let path = folder.url.path
    withExtendedLifetime(consume ada) {}
    await #expect(processExitsWith: .success) { [path = path as String] in
      let ada = try Individual.open(name: "ada", in: Home(root: URL(fileURLWithPath: path)))
      limitFileSize(to: 200_000)
      let error = #expect(throws: IndividualError.self) {
        let text = String(repeating: "much text ", count: 50_000)
        _ = try ada.journal.appendDocument(title: "big", text: text)
      }
      #expect(error?.category == .io)
      #expect(error?.description.contains("journal.sqlite") == true)
      // Room for a small one is still there, and the failed one left nothing.
      _ = try ada.journal.appendDocument(title: "small", text: "after")
    }
    let reopened = try Individual.open(name: "ada", in: folder.home)
    #expect(try reopened.journal.episodes().map(\.text) == ["before", "after"])
  }

  @Test func corruptedFilesAreNamed() throws {
    let sound = try soundJournal()
    var overwritten = sound
    let hole = 4096..<sound.count / 2
    overwritten.replaceSubrange(hole, with: Data(count: hole.count))
    let contents = [
      Data(), Data("this is no database at all".utf8), Data(repeating: 0xA5, count: 50_000),
      sound.prefix(sound.count / 2), sound.prefix(sound.count - 4096), overwritten,
    ]
    for (index, content) in contents.enumerated() {
      for access in [Individual.Access.exclusive, .reading] {
        let folder = try TemporaryFolder()
        _ = try Individual.create(name: "ada", core: .example, in: folder.home)
        let file = folder / "ada" / "journal.sqlite"
        try Data(content).write(to: file)
        let error = #expect(throws: IndividualError.self, "content \(index)") {
          try Individual.open(name: "ada", in: folder.home, access: access)
        }
        guard case .damaged(path: file.path, _, _) = error else {
          Issue.record("content \(index): \(String(describing: error))")
          continue
        }
        #expect(try Data(contentsOf: file) == content)
      }
    }
  }

  @Test func newerJournalIsLeftAlone() throws {
    let folder = try TemporaryFolder()
    _ = try Individual.create(name: "ada", core: .example, in: folder.home)
    let file = folder / "ada" / "journal.sqlite"
    var content = try Data(contentsOf: file)
    // The file format keeps user_version as a big-endian word at byte 60.
    #expect(Array(content[60..<64]) == [0, 0, 0, 5])
    content[63] = 6
    try content.write(to: file)
    #expect(throws: IndividualError.newerFormat(path: file.path, found: 6, supported: 5)) {
      try Individual.open(name: "ada", in: folder.home)
    }
  }

  private func soundJournal() throws -> Data {
    let folder = try TemporaryFolder()
    do {
      let ada = try Individual.create(name: "ada", core: .example, in: folder.home)
      for number in 0..<50 {
        let text = (0..<200).map { "word\($0 * number)" }.joined(separator: " ")
        _ = try ada.journal.appendDocument(title: "t", text: text)
      }
    }
    return try Data(contentsOf: folder / "ada" / "journal.sqlite")
  }
}
