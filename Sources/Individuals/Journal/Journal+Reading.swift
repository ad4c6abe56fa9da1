import Foundation
import Tokenizers

extension Journal {
  /// All episodes, oldest first.
  public func episodes() throws(IndividualError) -> [Episode] {
    try episodes(where: "id > ?", .integer(0))
  }

  /// Throws `IndividualError.unknownEpisode`.
  public func episode(_ id: Episode.ID) throws(IndividualError) -> Episode {
    guard let episode = try episodes(where: "id = ?", .integer(id)).first else {
      throw .unknownEpisode(id)
    }
    return episode
  }

  /// The ids of all episodes that hold any text, oldest first.
  func episodeIDs() throws(IndividualError) -> [Episode.ID] {
    try database.rows("SELECT id FROM episodes WHERE text <> '' ORDER BY id") { $0.integer(0) }
  }

  /// The turns of a conversation that stand, oldest first; none for a document.
  public func turns(of conversation: Episode.ID) throws(IndividualError) -> [Turn] {
    try turns(where: "episode = ? AND NOT is_withdrawn", of: conversation)
  }

  /// With those that were taken back.
  func allTurns(of conversation: Episode.ID) throws(IndividualError) -> [Turn] {
    try turns(where: "episode = ?", of: conversation)
  }

  private func turns(
    where condition: String, of conversation: Episode.ID
  ) throws(IndividualError) -> [Turn] {
    try database.rows(
      "SELECT id, episode, role, text, at, parts FROM turns WHERE \(condition) ORDER BY id",
      .integer(conversation)
    ) { (row) throws(IndividualError) in
      let text = row.text(3) ?? ""
      return Turn(
        id: row.integer(0), episodeID: row.integer(1),
        role: try row.choice(2, key: "turns.role"), text: text,
        parts: try row.text(5).map(parts) ?? [.text(text)], at: try row.date(4, key: "turns.at"))
    }
  }

  private func parts(_ json: String) throws(IndividualError) -> [Conversation.Part] {
    if let parts = try? JSONDecoder().decode([Conversation.Part].self, from: Data(json.utf8)) {
      return parts
    }
    throw .damaged(
      path: database.path, key: "turns.parts",
      expected: #"a list such as [{"type": "text", "text": "..."}]"#)
  }

  func episodes(
    where condition: String, _ value: SQLValue
  ) throws(IndividualError) -> [Episode] {
    try database.rows(
      """
      SELECT id, kind, title, show, source, published, digest, read_at, text, annotations
      FROM episodes WHERE \(condition) ORDER BY id
      """, value
    ) { (row) throws(IndividualError) in
      Episode(
        id: row.integer(0), kind: try row.choice(1, key: "episodes.kind"),
        title: row.text(2) ?? "", show: row.text(3), source: row.text(4), published: row.text(5),
        digest: row.text(6), readAt: try row.date(7, key: "episodes.read_at"),
        text: row.text(8) ?? "", annotations: row.text(9))
    }
  }
}

extension Journal {
  /// The episode with what others said in it alone: of a conversation the user's turns, a line each.
  ///
  /// What the individual said is what it recalled or guessed: read again as new, it would vouch for itself.
  public func heard(_ episode: Episode) throws(IndividualError) -> Episode {
    guard episode.kind == .conversation else { return episode }
    let turns = try turns(of: episode.id).filter { $0.role == .user }
    return episode.saying(turns.map(\.text).joined(separator: "\n"))
  }
}
