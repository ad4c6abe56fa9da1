import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct IndividualTests {
  @Test func createdIsOpenedAgain() throws {
    let folder = try TemporaryFolder()
    let date = Date(timeIntervalSince1970: 1_700_000_000.75)
    do {
      let ada = try Individual.create(name: "ada", core: .example, in: folder.home, at: date)
      #expect(ada.currentNight == nil)
      #expect(ada.journal.isEmpty)
    }
    let ada = try Individual.open(name: "ada", in: folder.home)
    #expect(ada.name == "ada")
    #expect(ada.core == .example)
    #expect(ada.createdAt == Date(timeIntervalSince1970: 1_700_000_000))
    #expect(try ada.history().isEmpty)
    #expect(try ada.lineage().isEmpty)
  }

  @Test func existingNameIsKept() throws {
    let folder = try TemporaryFolder()
    let ada = try Individual.create(name: "ada", core: .example, in: folder.home)
    _ = try ada.journal.appendDocument(title: "t", text: "kept")
    #expect(throws: IndividualError.alreadyExists("ada", path: (folder / "ada").path)) {
      try Individual.create(name: "ada", core: .example, in: folder.home)
    }
    #expect(try ada.journal.episodes().map(\.text) == ["kept"])
  }

  @Test func onlyOneOfManyCreatorsSucceeds() async throws {
    let folder = try TemporaryFolder()
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          do {
            _ = try Individual.create(name: "ada", core: .example, in: folder.home)
            return true
          } catch {
            #expect((error as? IndividualError)?.category == .usage)
            return false
          }
        }
      }
      return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(outcomes.filter { $0 }.count == 1)
    #expect(try folder.names() == [".lock", "ada"])
  }

  @Test func unknownNameListsTheKnown() throws {
    let folder = try TemporaryFolder()
    _ = try Individual.create(name: "ada", core: .example, in: folder.home)
    let error = #expect(throws: IndividualError.self) {
      try Individual.open(name: "eve", in: folder.home)
    }
    #expect(error == .unknownName("eve", known: ["ada"], root: folder.home.root.path))
    #expect(error?.description.contains("known are ada") == true)
    #expect(error?.category == .usage)
    // Asking for a stranger must not leave a lock file or a folder behind.
    #expect(try folder.names().filter { !$0.hasPrefix(".") } == ["ada"])
  }

  @Test func creationThatWasKilledLeavesNothing() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder / ".new-ada" / "nights", withIntermediateDirectories: true)
    try Data([1]).write(to: folder / ".new-ada" / "journal.sqlite")
    #expect(try folder.home.names() == [])
    _ = try Individual.create(name: "berta", core: .example, in: folder.home)
    #expect(try folder.names() == [".lock", "berta"])
  }

  @Test func createdOnAFullDiskLeavesNothing() async throws {
    let folder = try TemporaryFolder()
    await #expect(processExitsWith: .success) { [path = folder.url.path as String] in
      limitFileSize(to: 20_000)
      let home = Home(root: URL(fileURLWithPath: path))
      let error = #expect(throws: IndividualError.self) {
        try Individual.create(name: "ada", core: .example, in: home)
      }
      #expect(error?.category == .io)
    }
    #expect(try folder.names() == [".lock"])
  }

  @Test func leftoverTemporaryFilesAreRemoved() throws {
    let folder = try TemporaryFolder()
    _ = try Individual.create(name: "ada", core: .example, in: folder.home)
    try Data("half".utf8).write(to: folder / "ada" / ".tmp-half")
    _ = try Individual.open(name: "ada", in: folder.home)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: (folder / "ada").path).sorted()
        == ["individual.json", "journal.sqlite", "lock", "nights"])
  }

  @Test func movedFolderIsRenamed() throws {
    let folder = try TemporaryFolder()
    _ = try Individual.create(name: "ada", core: .example, in: folder.home)
    try FileManager.default.moveItem(at: folder / "ada", to: folder / "eve")
    #expect(try Individual.open(name: "eve", in: folder.home).name == "eve")
  }
}

/// Damages `individual.json` in one place; the error must name the file and the key.
@Suite struct DamagedManifestTests {
  @Test(arguments: [
    ("\"currentNight\" : null", "\"currentNight\" : \"one\"", "currentNight"),
    ("\"currentNight\" : null", "\"currentNight\" : 0", "currentNight"),
    ("\"currentNight\" : null", "\"currentNight\" : 3", "currentNight"),
    ("\"currentNight\" : null,", "", "currentNight"),
    ("\"highestNight\" : 0", "\"highestNight\" : -1", "highestNight"),
    ("\"highestNight\" : 0", "\"highestNight\" : 99999999999999999999999", "highestNight"),
    ("\"identifier\"", "\"id\"", "core.identifier"),
    ("\"2023-", "\"twenty-", "createdAt"),
    ("\"formatVersion\" : 1", "\"formatVersion\" : 0", "formatVersion"),
    ("\"formatVersion\" : 1", "\"formatVersion\" : true", "formatVersion"),
  ])
  func keyIsNamed(text: String, replacement: String, key: String) throws {
    let error = try openingError { manifest in
      #expect(manifest.contains(text))
      return Data(manifest.replacingOccurrences(of: text, with: replacement).utf8)
    }
    guard case .damaged(let path, let found, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path.hasSuffix("ada/individual.json"))
    #expect(found == key)
    #expect(error?.category == .data)
  }

  @Test(arguments: [Data(), Data("{".utf8), Data("[]".utf8), Data([0xFF, 0xFE, 0x00])])
  func wholeFileIsNamed(content: Data) throws {
    let error = try openingError { _ in content }
    guard case .damaged(let path, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path.hasSuffix("ada/individual.json"))
  }

  @Test func newerFormatIsNotDamage() throws {
    let error = try openingError {
      Data($0.replacingOccurrences(of: "\"formatVersion\" : 1", with: "\"formatVersion\" : 2").utf8)
    }
    guard case .newerFormat(_, found: 2, supported: 1) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func missingFiles() throws {
    for name in ["individual.json", "journal.sqlite"] {
      let folder = try TemporaryFolder()
      _ = try Individual.create(name: "ada", core: .example, in: folder.home)
      let file = folder / "ada" / name
      try FileManager.default.removeItem(at: file)
      #expect(
        throws: IndividualError.damaged(path: file.path, key: nil, expected: "the file to exist")
      ) {
        try Individual.open(name: "ada", in: folder.home)
      }
      #expect(!FileManager.default.fileExists(atPath: file.path))
    }
  }

  private func openingError(damage: (String) -> Data) throws -> IndividualError? {
    let folder = try TemporaryFolder()
    _ = try Individual.create(
      name: "ada", core: .example, in: folder.home, at: Date(timeIntervalSince1970: 1_700_000_000))
    let file = folder / "ada" / "individual.json"
    try damage(String(contentsOf: file, encoding: .utf8)).write(to: file)
    return #expect(throws: IndividualError.self) {
      try Individual.open(name: "ada", in: folder.home)
    }
  }
}

extension Journal {
  var isEmpty: Bool { (try? episodes().isEmpty) == true }
}
