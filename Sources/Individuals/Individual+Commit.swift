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
  ///   - standsFor: the nights whose memories it holds as well.
  ///   - required: files that no night is without.
  ///   - seconds: the time that the night took.
  /// - Throws: `IndividualError`, such as `.incompleteNight` where a required file is missing, or
  ///   `FileSystemError` for a full disk; before the rename the night can then be committed again.
  @discardableResult
  public func commit(
    _ unfinished: UnfinishedNight, substrate: String, seed: UInt64, episodes: [Episode.ID],
    standsFor: [Int] = [], required: [String] = [], settings: [String: String] = [:],
    measures: [String: Double] = [:], seconds: Double,
    at date: Date = .now
  ) throws -> NightRecord {
    try commit(
      unfinished, substrate: substrate, seed: seed, episodes: episodes, standsFor: standsFor,
      required: required, settings: settings, measures: measures, seconds: seconds, at: date,
      after: { _ in })
  }

  /// As the public one; `after` is called after each step, and what it throws stops the commit.
  package func commit(
    _ unfinished: UnfinishedNight, substrate: String, seed: UInt64, episodes: [Episode.ID],
    standsFor: [Int] = [], required: [String] = [], settings: [String: String] = [:],
    measures: [String: Double] = [:], seconds: Double,
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
    AtomicFile.removeLeftovers(in: unfinished.resultFolder)
    let files = try digests(in: unfinished.resultFolder)
    if let missing = required.first(where: { files[$0] == nil }) {
      throw IndividualError.incompleteNight(number, missing: missing)
    }
    let record = NightRecord(
      number: number, parent: currentNight, createdAt: date.wholeSecond, substrate: substrate,
      seed: seed, coreDigest: core.digest, episodes: episodes, standsFor: standsFor, files: files,
      settings: settings, measures: measures, seconds: seconds)
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

  private func digests(in folder: URL) throws -> [String: String] {
    try Folder.contents(of: folder).filter { $0 != NightRecord.fileName }.reduce(into: [:]) {
      $0[$1] = try ContentDigest.sha256(contentsOf: folder.appendingPathComponent($1))
    }
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
