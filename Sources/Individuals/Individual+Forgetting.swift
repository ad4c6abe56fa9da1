import Files

extension Individual {
  /// Removes episodes, and every night that learned them or came after one that did.
  ///
  /// The individual wakes from the last night before all that. The order makes a crash harmless: first the
  /// pointer moves, then the nights go, then the episodes; the same call then does the rest.
  /// - Returns: what the removed nights of the lineage had learned besides, a list for each night: sleeping on
  ///   these again, one list a night, rebuilds what is left.
  /// - Throws: `IndividualError.unknownEpisode` before anything is changed; `FileSystemError`.
  public func forget(_ episodes: Set<Episode.ID>) throws -> [[Episode.ID]] {
    try requireExclusiveAccess()
    let known = Set(try journal.episodes().map(\.id))
    if let missing = episodes.subtracting(known).min() {
      throw IndividualError.unknownEpisode(missing)
    }
    let lineage = try lineage()
    let firstAffected = lineage.firstIndex { !episodes.isDisjoint(with: $0.episodes) }
    let removed = firstAffected.map { lineage[$0...] } ?? []
    if let firstAffected { try point(at: lineage[firstAffected].parent) }
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
      guard isAffected else { continue }
      affected.insert(number)
      try Folder.remove(folder(ofNight: number))
    }
    try AtomicFile.synchronize(nightsFolder)
    try journal.remove(episodes.sorted())
    return removed.map { $0.episodes.filter { !episodes.contains($0) } }.filter { !$0.isEmpty }
  }
}
