import Foundation

/// A folder that exists as long as a test needs it.
public final class TemporaryFolder: Sendable {
  public let url: URL

  public init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("circadian-tests-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  public static func / (folder: TemporaryFolder, name: String) -> URL {
    folder.url.appendingPathComponent(name)
  }

  /// Writes a file without waiting for the disk, as `Data.write` does, so thousands take no time.
  public func file(_ bytes: Data, name: String = "file") throws -> URL {
    let url = self / name
    unlink(url.path)
    guard let file = fopen(url.path, "w") else { throw CocoaError(.fileWriteUnknown) }
    defer { fclose(file) }
    let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    guard written == bytes.count else { throw CocoaError(.fileWriteOutOfSpace) }
    return url
  }

  public func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }
}
