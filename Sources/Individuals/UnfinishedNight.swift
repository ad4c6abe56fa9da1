import Files
import Foundation

/// A night in the making: it can be interrupted anywhere and taken up again.
public struct UnfinishedNight: Sendable {
  /// For checkpoints and whatever else is needed to resume; gone once the night is committed.
  public let workFolder: URL
  /// For the files that will make up the night; emptied when the night is taken up again.
  public let resultFolder: URL
  /// What is being done, in the caller's own format: when resumed, as it was first given.
  public let plan: Data
  public let isResumed: Bool
  /// The number it will have.
  public let number: Int
  /// The night it continues from.
  public let parent: Int?
}

extension Individual {
  private var partialFolder: URL {
    nightsFolder.appendingPathComponent(".partial", isDirectory: true)
  }

  /// Takes up the night that was interrupted, or begins a new one with `plan`.
  ///
  /// An interrupted night is discarded when it continues from another night than the current one,
  /// or when `canResume`, given its plan, says no. Throws `IndividualError` or `FileSystemError`.
  public func unfinishedNight(
    plan: Data, canResume: (Data) throws -> Bool
  ) throws -> UnfinishedNight {
    try requireExclusiveAccess()
    if let found = try interruptedNight(), try canResume(found.plan) {
      AtomicFile.removeLeftovers(in: found.workFolder)
      try Folder.remove(found.resultFolder)
      try Folder.create(found.resultFolder)
      return found
    }
    try discardUnfinishedNight()
    let night = try unfinished(plan: plan, isResumed: false)
    try Folder.create(night.resultFolder)
    try Folder.create(night.workFolder)
    try AtomicFile.write(plan, to: planFile)
    // Written last: a folder without it was killed while it was being set up.
    try JSONFile.write(Origin(number: night.number, parent: night.parent), to: originFile)
    return night
  }

  /// The night that was interrupted and could be taken up again; nil when there is none.
  public func interruptedNight() throws -> UnfinishedNight? {
    guard FileManager.default.fileExists(atPath: originFile.path) else { return nil }
    let origin: Origin
    do {
      origin = try JSONFile.read(
        Origin.self, at: originFile, formatVersion: NightRecord.formatVersion)
    } catch is IndividualError {
      // Work that cannot be trusted is done again.
      return nil
    }
    guard let plan = try? Data(contentsOf: planFile) else { return nil }
    let night = try unfinished(plan: plan, isResumed: true)
    return origin.parent == night.parent && origin.number == night.number ? night : nil
  }

  /// Removes the night in the making, if there is one.
  public func discardUnfinishedNight() throws {
    try requireExclusiveAccess()
    // The origin goes first, so that a half-removed folder is never resumed.
    unlink(originFile.path)
    try Folder.remove(partialFolder)
  }

  private func unfinished(plan: Data, isResumed: Bool) throws -> UnfinishedNight {
    UnfinishedNight(
      workFolder: partialFolder.appendingPathComponent("work", isDirectory: true),
      resultFolder: partialFolder.appendingPathComponent("night", isDirectory: true),
      plan: plan, isResumed: isResumed, number: try nextNight(),
      parent: currentNight)
  }

  private var planFile: URL { partialFolder.appendingPathComponent("plan.json") }
  private var originFile: URL { partialFolder.appendingPathComponent("origin.json") }
}

/// What an unfinished night is to become; it is void once that is no longer the next night.
private struct Origin: Codable {
  var formatVersion = NightRecord.formatVersion
  let number: Int
  let parent: Int?
}
