import Checkpoints
import Files
import Foundation
import TestSupport
import Testing

@Suite struct MappedFileTests {
  @Test func readsWhereTheFileHasBytesOnly() throws {
    let folder = try TemporaryFolder()
    let file = try MappedFile(try folder.file(Data([1, 2, 3, 4, 5])))
    #expect(file.byteCount == 5)
    #expect(try file.integer(at: 1, as: UInt32.self) == 0x0504_0302)
    #expect(try file.withBytes(in: 3..<5) { Array($0) } == [4, 5])
    #expect(try file.withBytes(in: 5..<5) { $0.count } == 0)
    for offset in [2, 5, 6, -1, Int.max, Int.min] {
      #expect(throws: CheckpointError.self) { try file.integer(at: offset, as: UInt32.self) }
    }
    for range in [4..<6, -1..<2, Int.min..<Int.max] {
      #expect(throws: CheckpointError.self) { try file.withBytes(in: range) { $0.count } }
    }
  }

  @Test func saysWhyAFileCannotBeMapped() throws {
    let folder = try TemporaryFolder()
    let missing = #expect(throws: FileSystemError.self) { try MappedFile(folder / "missing") }
    #expect(missing?.description.hasSuffix("missing: No such file or directory") == true)
    let directory = #expect(throws: FileSystemError.self) { try MappedFile(folder.url) }
    #expect(directory?.reason == "Is a directory")
    let empty = try folder.file(Data())
    #expect(
      throws: CheckpointError.malformed(
        file: empty.path, place: .wholeFile, expected: "a file of some bytes")
    ) { try MappedFile(empty) }
    mkfifo((folder / "pipe").path, 0o600)
    #expect(throws: FileSystemError.self) { try MappedFile(folder / "pipe") }
  }

  @Test(.enabled(if: getuid() != 0, "everything is readable for root"))
  func unreadableFileIsReported() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file(Data([1]))
    chmod(file.path, 0)
    let error = #expect(throws: FileSystemError.self) { try MappedFile(file) }
    #expect(error?.reason == "Permission denied")
  }
}
