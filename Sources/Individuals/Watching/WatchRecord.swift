import Corpora
import Files
import Foundation

/// Which files of watched folders an individual has dealt with: `watched.json` in its folder.
///
/// It is written after the journal: who is killed in between finds everything known already.
public struct WatchRecord: Codable, Sendable {
  public var files: [String: FolderWatch.Stamp] = [:]

  public init() {}

  /// What is kept of the individual; empty where nothing is.
  ///
  /// - Throws: `IndividualError.damaged` where the file is something else.
  public static func read(_ individual: Individual) throws -> WatchRecord {
    guard FileManager.default.fileExists(atPath: individual.watchFile.path) else {
      return WatchRecord()
    }
    do {
      return try JSONDecoder().decode(Self.self, from: Data(contentsOf: individual.watchFile))
    } catch {
      throw IndividualError.damaged(
        path: individual.watchFile.path, key: nil,
        expected: "a record of files; without it all files are looked at again")
    }
  }
}

/// What came of a look into a watched folder.
public struct WatchOutcome: Sendable {
  /// Titles.
  public var read: [String] = []
  public var known: [String] = []
  public var warnings: [String] = []

  public init() {}
}

extension Individual {
  fileprivate var watchFile: URL { folder.appendingPathComponent("watched.json") }

  /// Reads what `fresh` names of the folder that `watch` looks into; what cannot be read is warned about once.
  public func read(
    _ fresh: [String: FolderWatch.Stamp], of watch: FolderWatch
  ) throws -> WatchOutcome {
    try requireExclusiveAccess()
    var record = try WatchRecord.read(self)
    var outcome = WatchOutcome()
    do {
      let reading = try SourceReader().read(watch.folder)
      outcome.warnings = reading.warnings
      for item in reading.items where fresh[Self.standard(item.path)] != nil {
        let added = try journal.appendDocument(item.document, from: item.path)
        outcome.warnings += item.document.warnings.map { "\(item.path): \($0)" }
        if added.isNew {
          outcome.read.append(item.document.title)
        } else {
          outcome.known.append(item.document.title)
        }
      }
    } catch let error as DocumentError {
      outcome.warnings.append("\(error)")
    }
    // What earlier looks have warned about is not new.
    outcome.warnings = outcome.warnings.filter { warning in
      fresh.keys.contains { warning.contains(URL(fileURLWithPath: $0).lastPathComponent) }
    }
    record.files.merge(fresh) { $1 }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(record), to: watchFile)
    return outcome
  }

  private static func standard(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
  }
}
