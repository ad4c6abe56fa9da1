import Files
import Foundation

/// An individual's home, opened: who it is, its journal and its nights.
///
/// Let go of the last reference to give the home to another process.
public final class Individual {
  public enum Access: Sendable {
    /// May change the individual; one process at a time.
    case exclusive
    /// May add to the journal, beside whoever changes the nights: transactions of SQLite keep writers apart.
    case appending
    /// Sees the individual as it was when opened, and neither waits for nor disturbs a writer:
    /// nights never change, and each query of the journal sees whole transactions.
    case reading
  }

  public let name: String
  public let folder: URL
  public let journal: Journal
  var manifest: Manifest
  private let lock: HomeLock?
  private let access: Access

  public var core: CoreReference { manifest.core }
  public var createdAt: Date { manifest.createdAt }
  public var currentNight: Int? { manifest.currentNight }

  /// Creates an individual, of which either everything exists afterwards or nothing.
  ///
  /// Throws `IndividualError.invalidName` or `.alreadyExists`, or `FileSystemError`.
  public static func create(
    name: String, core: CoreReference, in home: Home, at date: Date = .now
  ) throws -> Individual {
    let folder = try home.folder(of: name)
    try Folder.create(home.root)
    do {
      let creating = try HomeLock(waitingAt: home.root.appendingPathComponent(".lock"))
      defer { withExtendedLifetime(creating) {} }
      try build(at: folder, name: name, core: core, in: home, date: date)
    }
    return try open(name: name, in: home)
  }

  private static func build(
    at folder: URL, name: String, core: CoreReference, in home: Home, date: Date
  ) throws {
    let prefix = ".new-"
    // Left by a creation that was killed: nobody else creates while the lock is held.
    for leftover in try Folder.contents(of: home.root) where leftover.hasPrefix(prefix) {
      try Folder.remove(home.root.appendingPathComponent(leftover))
    }
    guard !FileManager.default.fileExists(atPath: folder.path) else {
      throw IndividualError.alreadyExists(name, path: folder.path)
    }
    let temporary = home.root.appendingPathComponent(prefix + name, isDirectory: true)
    do {
      try Folder.create(temporary.appendingPathComponent(nightsFolderName))
      try Journal.create(at: journalFile(in: temporary))
      let manifest = Manifest(
        name: name, createdAt: date.wholeSecond, core: core, currentNight: nil, highestNight: 0)
      try manifest.write(in: temporary)
      try Folder.synchronizeTree(temporary)
      try Folder.rename(temporary, to: folder)
    } catch {
      try? Folder.remove(temporary)
      throw error
    }
    try AtomicFile.synchronize(home.root)
  }

  /// Opens an existing individual and, with exclusive access, recovers what a crash left undone.
  ///
  /// Throws `IndividualError` (`.unknownName`, `.inUse`, `.damaged`, `.newerFormat` and the
  /// journal's errors) or `FileSystemError`.
  public static func open(
    name: String, in home: Home, access: Access = .exclusive
  ) throws -> Individual {
    let folder = try home.folder(of: name)
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw IndividualError.unknownName(name, known: try home.names(), root: home.root.path)
    }
    return try Individual(name: name, folder: folder, access: access)
  }

  private init(name: String, folder: URL, access: Access) throws {
    switch access {
    case .exclusive:
      let lock = try HomeLock(at: folder.appendingPathComponent("lock"), name: name)
      self.lock = consume lock
    case .appending, .reading:
      self.lock = nil
    }
    self.name = name
    self.folder = folder
    self.access = access
    manifest = try Manifest.read(in: folder)
    // The folder decides: moving it is how a person renames an individual.
    manifest.name = name
    journal = try Journal(at: Self.journalFile(in: folder), access: access)
    if access == .exclusive {
      AtomicFile.removeLeftovers(in: folder)
      try adoptCommittedNight()
      if try interruptedNight() == nil { try discardUnfinishedNight() }
    }
  }

  func requireExclusiveAccess() throws(IndividualError) {
    if lock == nil { throw .openedForReading(name) }
  }

  func requireAppendingAccess() throws(IndividualError) {
    if access == .reading { throw .openedForReading(name) }
  }

  /// Who is changing its nights now, in words; nil where nobody is.
  public var holder: String? {
    HomeLock.livingHolder(at: folder.appendingPathComponent("lock"))
  }

  /// Where what a program has read into its context is kept for the next one; it may be deleted at any time.
  package var contextsFile: URL { folder.appendingPathComponent("contexts.safetensors") }

  /// Where its briefs lie as a feed.
  package var feedFile: URL { folder.appendingPathComponent("feed.xml") }

  /// The journal's file.
  var journalFile: URL { Self.journalFile(in: folder) }

  /// What the journal occupies on the disk.
  public var journalBytes: Int {
    (try? journalFile.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0
  }

  private static func journalFile(in folder: URL) -> URL {
    folder.appendingPathComponent("journal.sqlite")
  }

  static let nightsFolderName = "nights"
}
