import Corpora
import Foundation

/// Looks for files that came into a folder, or changed there, since they were last read.
///
/// A file that is still being written is left for the next look: it is taken once its size and date have stayed the same between two
/// looks, or are old.
public struct FolderWatch: Sendable {
  /// What tells that a file is another than before.
  public struct Stamp: Codable, Equatable, Sendable {
    public var bytes: Int
    /// Seconds since 1970.
    public var modified: Double
  }

  public let folder: String
  private let settlesAfter: TimeInterval
  private var seen: [String: Stamp] = [:]

  public init(_ folder: String, settlesAfter: TimeInterval = 10) {
    self.folder = folder
    self.settlesAfter = settlesAfter
  }

  /// Files that are not in `known` as they are now, by path.
  ///
  /// - Throws: `DocumentError.missing` where there is no such folder.
  public mutating func look(
    besides known: [String: Stamp], at now: Date = .now
  ) throws -> [String: Stamp] {
    let files = try files()
    defer { seen = files }
    return files.filter { path, stamp in
      known[path] != stamp
        && (seen[path] == stamp || now.timeIntervalSince1970 - stamp.modified >= settlesAfter)
    }
  }

  /// Whether a file was seen that is not settled yet.
  public func isWaiting(besides known: [String: Stamp]) -> Bool {
    seen.contains { known[$0.key] != $0.value }
  }

  private func files() throws -> [String: Stamp] {
    let root = URL(fileURLWithPath: folder).standardizedFileURL
    let keys: Set<URLResourceKey> = [
      .isRegularFileKey, .fileSizeKey, .contentModificationDateKey,
    ]
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isFolder),
      isFolder.boolValue,
      let found = FileManager.default.enumerator(
        at: root, includingPropertiesForKeys: Array(keys), options: [.skipsHiddenFiles])
    else { throw DocumentError.missing(path: folder) }
    var files: [String: Stamp] = [:]
    for case let file as URL in found {
      guard let values = try? file.resourceValues(forKeys: keys), values.isRegularFile == true,
        let bytes = values.fileSize, let date = values.contentModificationDate
      else { continue }
      files[file.path] = Stamp(bytes: bytes, modified: date.timeIntervalSince1970)
    }
    return files
  }
}
