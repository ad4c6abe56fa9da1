import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct HomeTests {
  @Test(arguments: ["a", "Ada-2_b", "0", "-", String(repeating: "x", count: 64)])
  func validNames(name: String) throws {
    let home = Home(root: URL(fileURLWithPath: "/home"))
    #expect(try home.folder(of: name).path == "/home/\(name)")
  }

  @Test(arguments: ["", ".", "..", "a/b", "a b", "Zoë", "a\n", String(repeating: "x", count: 65)])
  func invalidNames(name: String) throws {
    let home = try TemporaryFolder().home
    #expect(throws: IndividualError.invalidName(name)) { try home.folder(of: name) }
    #expect(throws: IndividualError.invalidName(name)) {
      try Individual.create(name: name, core: .example, in: home)
    }
  }

  @Test func listsOnlyIndividuals() throws {
    let folder = try TemporaryFolder()
    #expect(try Home(root: folder / "missing").names() == [])
    for name in ["berta", "ada"] {
      _ = try Individual.create(name: name, core: .example, in: folder.home)
    }
    try FileManager.default.createDirectory(at: folder / "other", withIntermediateDirectories: true)
    try Data().write(to: folder / "file")
    #expect(try folder.home.names() == ["ada", "berta"])
  }
}
