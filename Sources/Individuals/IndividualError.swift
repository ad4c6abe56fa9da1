import Foundation

/// What can go wrong with an individual's home, said so that a person can act on it.
public enum IndividualError: Error, Equatable, Sendable {
  case invalidName(String)
  case unknownName(String, known: [String], root: String)
  case alreadyExists(String, path: String)
  /// `holder` is the text of the lock file, such as "process 4711 since 2026-01-31T08:00:00Z".
  case inUse(String, holder: String?)
  case openedForReading(String)
  case damaged(path: String, key: String?, expected: String)
  case newerFormat(path: String, found: Int, supported: Int)
  case unknownNight(Int, existing: [Int])
  /// A night in the making that no longer follows on what the individual is now.
  case incompleteNight(Int, missing: String)
  case staleNight(Int)
  case unknownEpisode(Int)
  case unknownTurn(Int, conversation: Int)
  /// A night has taken it.
  case conversationIsOver(Int)
  case emptyDocument(title: String)
  /// The core at `path` is not the one that the individual was founded on.
  case otherCore(path: String, expected: String, found: String)
  case journalBusy(path: String)
  case journalFailed(path: String, reason: String)
  case fullTextSearchUnavailable(sqliteVersion: String)
}

extension IndividualError: CategorizedError {
  public var category: ErrorCategory {
    switch self {
    case .invalidName, .unknownName, .alreadyExists, .openedForReading, .unknownNight,
      .staleNight, .unknownEpisode, .unknownTurn, .conversationIsOver:
      .usage
    case .damaged, .newerFormat, .incompleteNight, .emptyDocument, .otherCore: .data
    case .journalFailed, .fullTextSearchUnavailable: .io
    case .inUse, .journalBusy: .busy
    }
  }
}

extension IndividualError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidName(let name):
      return "\"\(name)\" cannot be a name: use 1 to 64 of the letters A-Z and a-z, digits, - and _"
    case .unknownName(let name, let known, let root):
      let list = known.isEmpty ? "there are none yet" : "known are \(known.joined(separator: ", "))"
      return "no individual is called \"\(name)\" in \(root): \(list)"
    case .alreadyExists(let name, let path):
      return "an individual called \"\(name)\" exists already: \(path)"
    case .inUse(let name, let holder):
      return "\"\(name)\" is in use by \(holder ?? "another process"): wait until it has ended"
    case .openedForReading(let name):
      return "\"\(name)\" was opened for reading only, so it cannot be changed"
    case .damaged(let path, let key, let expected):
      let place = key.map { ", key \"\($0)\"" } ?? ""
      return "\(path)\(place) is damaged: expected \(expected)"
    case .newerFormat(let path, let found, let supported):
      return "\(path) has format version \(found), and this program knows versions up to"
        + " \(supported): use a newer program"
    case .unknownNight(let number, let existing):
      let list = existing.isEmpty ? "there are none yet" : "there are \(Self.ranges(existing))"
      return "there is no night \(number): \(list)"
    case .otherCore(let path, let expected, let found):
      return "\(path) is not the core that this individual was founded on (SHA-256 "
        + "\(found.prefix(12))…, expected \(expected.prefix(12))…): its nights mean nothing to another"
    case .incompleteNight(let number, let missing):
      return
        "night \(number) is not kept: it has no \(missing). The individual is as it was before."
    case .staleNight(let number):
      return "the unfinished night \(number) does not follow on the current night: begin it again"
    case .unknownEpisode(let id):
      return "there is no episode \(id) of this kind in the journal"
    case .unknownTurn(let id, let conversation):
      return "there is no turn \(id) in conversation \(conversation)"
    case .conversationIsOver(let id):
      return "conversation \(id) was taken by a night: go on in another one"
    case .emptyDocument(let title):
      return "\"\(title)\" has no text to read"
    case .journalBusy(let path):
      return "\(path) is locked by another program: close that and try again"
    case .journalFailed(let path, let reason):
      return "the journal \(path) failed: \(reason)"
    case .fullTextSearchUnavailable(let version):
      return "the SQLite library (version \(version)) lacks FTS5, which the journal needs"
    }
  }

  /// "1-3, 5" for 1, 2, 3, 5.
  private static func ranges(_ sorted: [Int]) -> String {
    var runs = [ClosedRange<Int>]()
    for number in sorted {
      if let last = runs.last, number == last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ", ")
  }
}
