import Files
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  @Test func replacesTheWholeFile() throws {
    let folder = try TemporaryFolder()
    let file = folder / "naïve 夜.json"
    for content in [Data("a longer content".utf8), Data("short".utf8), Data()] {
      try AtomicFile.write(content, to: file)
      #expect(try Data(contentsOf: file) == content)
    }
    #expect(try folder.names() == ["naïve 夜.json"])
  }

  @Test func streamsPiecesInTheirOrder() throws {
    let folder = try TemporaryFolder()
    let file = folder / "file"
    try AtomicFile.write(to: file) { output in
      for piece in ["one ", "", "two"] { try output.write(Data(piece.utf8)) }
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == "one two")
  }

  @Test func failureOfTheBodyLeavesTheOldFileAlone() throws {
    struct Interruption: Error {}
    let folder = try TemporaryFolder()
    let file = try folder.file(Data("old".utf8))
    #expect(throws: Interruption.self) {
      try AtomicFile.write(to: file) { output in
        try output.write(Data("new".utf8))
        throw Interruption()
      }
    }
    #expect(try Data(contentsOf: file) == Data("old".utf8))
    #expect(try folder.names() == ["file"])
  }

  @Test func whatCannotBeWrittenIsKnownBefore() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.requireWritable(folder / "new")
    let file = try folder.file(Data("old".utf8))
    try AtomicFile.requireWritable(file)
    for url in [
      (folder / "missing").appendingPathComponent("x"), file.appendingPathComponent("x"),
      folder.url,
    ] {
      let error = #expect(throws: FileSystemError.self) { try AtomicFile.requireWritable(url) }
      #expect(error?.description.contains(url.path) == true)
    }
  }

  @Test func missingFolderIsNamed() throws {
    let folder = try TemporaryFolder()
    let file = folder / "missing/file"
    let error = #expect(throws: FileSystemError.self) { try AtomicFile.write(Data([1]), to: file) }
    #expect(error?.path == file.path)
    #expect(error?.reason == String(cString: strerror(ENOENT)))
  }

  @Test func refusesFoldersAndDevices() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder / "inner", withIntermediateDirectories: false)
    #expect(throws: FileSystemError.self) {
      try AtomicFile.write(Data([1]), to: folder / "inner")
    }
    // A link to the device, so that a mistake here would replace only the link.
    try FileManager.default.createSymbolicLink(
      at: folder / "null", withDestinationURL: URL(fileURLWithPath: "/dev/null"))
    #expect(throws: FileSystemError.self) { try AtomicFile.write(Data([1]), to: folder / "null") }
    #expect(try folder.names() == ["inner", "null"])
  }

  @Test func fullDiskIsReportedAndLeavesTheOldFileAlone() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.file(Data("old".utf8))
    await #expect(processExitsWith: .success) { [path = file.path as String] in
      limitFileSize(to: 1000)
      let file = URL(fileURLWithPath: path)
      let error = #expect(throws: FileSystemError.self) {
        try AtomicFile.write(to: file) { output in
          for _ in 0..<5 { try output.write(Data(count: 999)) }
        }
      }
      #expect(error?.path == path)
      #expect(error?.reason == String(cString: strerror(EFBIG)))
    }
    #expect(try Data(contentsOf: file) == Data("old".utf8))
    #expect(try folder.names() == ["file"])
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDeviceIsReportedWithThePath() throws {
    let descriptor = open("/dev/full", O_WRONLY)
    defer { close(descriptor) }
    let error = #expect(throws: FileSystemError.self) {
      try FileOutput(descriptor: descriptor, path: "model.safetensors").write(Data([1]))
    }
    #expect(error?.description == "cannot write model.safetensors: No space left on device")
  }

  @Test func leftoversOfAKilledWriterAreRemoved() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file(Data([1]), name: ".tmp-1234")
    _ = try folder.file(Data([1]), name: "kept")
    AtomicFile.removeLeftovers(in: folder.url)
    #expect(try folder.names() == ["kept"])
  }
}
