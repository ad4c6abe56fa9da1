import Files
import Foundation

/// The steps of a commit, named by what has been done; tests stop after each of them.
package enum CommitStep: CaseIterable, Sendable {
  case recordWritten, resultSynchronized, renamed, nightsSynchronized, pointerMoved, workRemoved
}

extension Individual {
  /// Makes the night in the making a part of the individual's life and wakes up from it.
  ///
  /// All files in its result folder are on the disk before the folder is renamed to its number,
  /// and that is on the disk before `individual.json` points at it. After a crash in between, the
  /// next exclusive opening completes the commit: by then the night is whole and was examined.
  /// - Parameters:
  ///   - episodes: what the night learned, without what it rehearsed.
  ///   - seconds: the time that the night took.
  /// - Throws: `IndividualError`, or `FileSystemError` for a full disk; before the rename the
  ///   night can then be committed again.
  @discardableResult
  public func commit(
    _ unfinished: UnfinishedNight, substrate: String, seed: UInt64, episodes: [Episode.ID],
    settings: [String: String] = [:], measures: [String: Double] = [:], seconds: Double,
    at date: Date = .now
  ) throws -> NightRecord {
    try commit(
      unfinished, substrate: substrate, seed: seed, episodes: episodes, settings: settings,
      measures: measures, seconds: seconds, at: date, after: { _ in })
  }

  /// As the public one; `after` is called after each step, and what it throws stops the commit.
  package func commit(
    _ unfinished: UnfinishedNight, substrate: String, seed: UInt64, episodes: [Episode.ID],
    settings: [String: String] = [:], measures: [String: Double] = [:], seconds: Double,
    at date: Date = .now, after: (CommitStep) throws -> Void
  ) throws -> NightRecord {
    try requireExclusiveAccess()
    let known = Set(try journal.episodeIDs())
    if let missing = episodes.first(where: { !known.contains($0) }) {
      throw IndividualError.unknownEpisode(missing)
    }
    let number = unfinished.number
    guard unfinished.parent == currentNight, try nextNight() == number else {
      throw IndividualError.staleNight(number)
    }
    let record = NightRecord(
      number: number, parent: currentNight, createdAt: date.wholeSecond, substrate: substrate,
      seed: seed, coreDigest: core.digest, episodes: episodes, settings: settings,
      measures: measures, seconds: seconds)
    AtomicFile.removeLeftovers(in: unfinished.resultFolder)
    try JSONFile.write(
      record, to: unfinished.resultFolder.appendingPathComponent(NightRecord.fileName))
    try after(.recordWritten)
    try Folder.synchronizeTree(unfinished.resultFolder)
    try after(.resultSynchronized)
    try Folder.rename(unfinished.resultFolder, to: folder(ofNight: number))
    try after(.renamed)
    try AtomicFile.synchronize(nightsFolder)
    try after(.nightsSynchronized)
    try point(at: number)
    try after(.pointerMoved)
    try discardUnfinishedNight()
    try after(.workRemoved)
    return record
  }

  /// Completes a commit that a crash stopped between the rename and the moving of the pointer.
  ///
  /// Such a night is known by its number, which is above all that the pointer's file has known.
  /// One that was pointed at before, and rolled back from, is thereby never taken up by itself.
  func adoptCommittedNight() throws {
    guard let number = try nightNumbers().last, number > manifest.highestNight else { return }
    do {
      let night = try night(number)
      if night.parent == currentNight {
        try point(at: number)
      }
    } catch is IndividualError {
      // Damaged or of another core: it stays in the history, and the individual as it was.
    }
  }
}
