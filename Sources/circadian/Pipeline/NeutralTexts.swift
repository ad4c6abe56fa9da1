import Files
import Foundation

/// What the nights of individuals need beside a core: text to keep, and text to measure drift on.
enum NeutralTexts {
  static let folderName = "neutral"
  private static let (keepName, heldOutName) = ("keep.txt", "held-out.txt")

  /// The held-out text of the core in `folder`.
  static func heldOut(of folder: URL) -> URL {
    folder.appendingPathComponent(folderName).appendingPathComponent(heldOutName)
  }

  /// The text to keep of the core in `folder`; nil where it has none.
  static func keep(of folder: URL) throws -> String? {
    let file = folder.appendingPathComponent(folderName).appendingPathComponent(keepName)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return try String(contentsOf: file, encoding: .utf8)
  }

  static func write(keep: String, heldOut: String, to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in [(keepName, keep), (heldOutName, heldOut)] {
      try AtomicFile.write(Data(text.utf8), to: folder.appendingPathComponent(name))
    }
  }

  /// Copies the texts of the core at `source`, where it has some, to the core at `target`.
  static func copy(from source: URL, to target: URL) throws {
    let from = source.appendingPathComponent(folderName)
    let to = target.appendingPathComponent(folderName)
    let files = FileManager.default
    guard files.fileExists(atPath: from.path) else { return }
    if files.fileExists(atPath: to.path) { try files.removeItem(at: to) }
    try files.copyItem(at: from, to: to)
  }
}
