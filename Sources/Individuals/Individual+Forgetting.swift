import Files

/// A night or season of the lineage that is gone because of what it had learned, or what one before it had.
public struct RemovedNight: Sendable, Equatable {
  public let record: NightRecord
  /// How many nights and seasons it came after.
  public let position: Int
  /// What it had learned besides; nothing of a season.
  public let rest: [Episode.ID]
}

extension Individual {
  /// Removes episodes, and every night that learned them or came after one that did.
  ///
  /// The individual wakes from the last night before all that. The order makes a crash harmless: first the
  /// pointer moves, then the nights go, then the episodes; the same call then does the rest.
  /// - Returns: the removed nights of the lineage, first to last: to sleep them again on their rest rebuilds what is left.
  /// - Throws: `IndividualError.unknownEpisode` before anything is changed; `FileSystemError`.
  public func forget(_ episodes: Set<Episode.ID>) throws -> [RemovedNight] {
    try requireExclusiveAccess()
    let known = Set(try journal.episodes().map(\.id))
    if let missing = episodes.subtracting(known).min() {
      throw IndividualError.unknownEpisode(missing)
    }
    let lineage = try lineage()
    let firstAffected = lineage.firstIndex { !episodes.isDisjoint(with: $0.episodes) }
    let removed = lineage[(firstAffected ?? lineage.endIndex)...]
    if let firstAffected { try point(at: lineage[firstAffected].parent) }
    // What was told of it goes first; the feed is written again from what is left.
    try Folder.remove(feedFile)
    try Folder.remove(contextsFile)
    // What is being learned may be what is to be forgotten.
    try discardUnfinishedNight()
    var affected = Set<Int>()
    for number in try nightNumbers() {
      // A night that cannot be read could have learned anything.
      let night = try? night(number)
      let isAffected =
        night.map {
          !episodes.isDisjoint(with: $0.episodes) || $0.parent.map(affected.contains) == true
        } ?? true
      if isAffected { affected.insert(number) }
    }
    // The last one first: as long as a night is there, so is what shows that it is affected.
    for number in affected.sorted(by: >) { try Folder.remove(folder(ofNight: number)) }
    try AtomicFile.synchronize(nightsFolder)
    try journal.remove(episodes.sorted())
    return zip(removed.indices, removed).map { position, night in
      RemovedNight(
        record: night, position: position,
        rest: night.episodes.filter { !episodes.contains($0) })
    }
  }
}
