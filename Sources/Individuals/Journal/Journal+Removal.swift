extension Journal {
  /// The episodes whose text or title has `phrase` in it, whatever the case and white space, or what a tool was asked or
  /// said in them; oldest first.
  public func episodes(saying phrase: String) throws(IndividualError) -> [Episode] {
    func plain(_ text: String) -> String {
      text.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }
    let sought = plain(phrase)
    guard !sought.isEmpty else { return [] }
    var found: [Episode] = []
    for episode in try episodes() {
      var texts = [episode.title, episode.text]
      if episode.kind == .conversation {
        texts += try allTurns(of: episode.id).flatMap { $0.parts.map(\.text) }
      }
      if texts.contains(where: { plain($0).contains(sought) }) { found.append(episode) }
    }
    return found
  }

  /// Removes episodes with their turns and words, and overwrites where they stood in the file.
  func remove(_ episodes: [Episode.ID]) throws(IndividualError) {
    try database.run("PRAGMA secure_delete = ON")
    try database.transaction { () throws(IndividualError) in
      for id in episodes {
        try database.run("DELETE FROM turns WHERE episode = ?", .integer(id))
        try database.run("DELETE FROM episodes WHERE id = ?", .integer(id))
      }
      // Deleted words otherwise stay in the index until its parts are merged.
      try database.run("INSERT INTO episode_words (episode_words) VALUES ('optimize')")
    }
    try database.run("VACUUM")
    _ = try database.rows("PRAGMA wal_checkpoint(TRUNCATE)") { $0.integer(0) }
  }
}
