import Foundation
import Testing

/// A folder that exists as long as a test needs it.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("checkpoints-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  static func / (folder: TemporaryFolder, name: String) -> URL {
    folder.url.appendingPathComponent(name)
  }

  /// Writes a file without waiting for the disk, as `Data.write` does, so thousands take no time.
  func file(_ bytes: Data, name: String = "file") throws -> URL {
    let url = self / name
    unlink(url.path)
    let file = try #require(fopen(url.path, "w"))
    defer { fclose(file) }
    let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    try #require(written == bytes.count)
    return url
  }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }
}
