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

  /// A program, whose first line names its interpreter.
  ///
  /// Another process puts it there: were it open for writing in this one while some thread starts a process, that one would
  /// hold it too for a moment, and it could not be run ("Text file busy").
  public func script(_ text: String, name: String) throws -> URL {
    let source = try file(Data(text.utf8), name: name + ".text")
    let (target, install) = (self / name, Process())
    install.executableURL = URL(fileURLWithPath: "/usr/bin/install")
    install.arguments = ["-m", "755", source.path, target.path]
    try install.run()
    install.waitUntilExit()
    guard install.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
    try FileManager.default.removeItem(at: source)
    return target
  }

  public func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }
}
