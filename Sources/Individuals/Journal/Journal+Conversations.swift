import Foundation
import Tokenizers

/// A conversation without what is said in it.
public struct ConversationSummary: Sendable, Equatable, Identifiable {
  public let id: Episode.ID
  public let title: String
  public let startedAt: Date
  /// How many turns stand.
  public let turns: Int
  /// Whether a night has taken it.
  public let isOver: Bool
}

extension Journal {
  /// Ends every conversation that has begun: whoever goes on in one begins another, which a later night takes.
  ///
  /// A night calls this before it reads its day, so that nothing is said in what it reads once it has read it.
  package func endConversations(at date: Date = .now) throws(IndividualError) {
    try database.run(
      """
      UPDATE episodes SET over_at = ?
      WHERE kind = 'conversation' AND over_at IS NULL AND text <> ''
      """, .text(date.formatted(.iso8601)))
  }

  /// The conversations that have been begun and in which something was said, the last one first.
  public func conversations(
    onlyOngoing: Bool = false, limit: Int = 1000
  ) throws(IndividualError) -> [ConversationSummary] {
    try database.rows(
      """
      SELECT id, title, read_at, over_at IS NOT NULL,
        (SELECT count(*) FROM turns WHERE episode = episodes.id AND NOT is_withdrawn)
      FROM episodes WHERE kind = 'conversation' AND text <> '' AND (over_at IS NULL OR NOT ?)
      ORDER BY id DESC LIMIT ?
      """, .integer(onlyOngoing ? 1 : 0), .integer(limit)
    ) { (row) throws(IndividualError) in
      ConversationSummary(
        id: row.integer(0), title: row.text(1) ?? "",
        startedAt: try row.date(2, key: "episodes.read_at"), turns: row.integer(4),
        isOver: row.integer(3) != 0)
    }
  }

  /// Names a conversation.
  public func rename(
    _ conversation: Episode.ID, to title: String
  ) throws(IndividualError) {
    try database.run(
      "UPDATE episodes SET title = ? WHERE id = ? AND kind = 'conversation'", .text(title),
      .integer(conversation))
  }

  /// Whether turns can still be added to a conversation.
  public func isOver(_ conversation: Episode.ID) throws(IndividualError) -> Bool {
    let found = try database.rows(
      "SELECT over_at IS NOT NULL FROM episodes WHERE id = ? AND kind = 'conversation'",
      .integer(conversation)
    ) { $0.integer(0) }
    guard let isOver = found.first else { throw .unknownEpisode(conversation) }
    return isOver != 0
  }

  /// - Throws: `IndividualError.conversationIsOver`, or `.unknownEpisode` for what is no conversation.
  func requireOngoing(_ conversation: Episode.ID) throws(IndividualError) {
    if try isOver(conversation) { throw .conversationIsOver(conversation) }
  }

  /// Takes back a turn and all after it, as somebody who says it otherwise or wants another reply.
  ///
  /// They stay in the file, where forgetting finds them, and no night, lookup or reader sees them.
  ///
  /// - Throws: `IndividualError.unknownTurn`, `.conversationIsOver`, `.unknownEpisode`.
  public func withdrawTurns(
    from turn: Turn.ID, of conversation: Episode.ID
  ) throws(IndividualError) {
    try database.transaction { () throws(IndividualError) in
      try requireOngoing(conversation)
      guard try turns(of: conversation).contains(where: { $0.id == turn }) else {
        throw .unknownTurn(turn, conversation: conversation)
      }
      try database.run(
        "UPDATE turns SET is_withdrawn = 1 WHERE episode = ? AND id >= ?",
        .integer(conversation), .integer(turn))
      let text = try turns(of: conversation).map(Self.line).joined()
      try database.run(
        "UPDATE episodes SET text = ? WHERE id = ?", .text(text), .integer(conversation))
    }
  }

  /// Adds to the end of a turn what came later: what a tool gave back, and what was then said.
  ///
  /// - Throws: `IndividualError.unknownTurn`, `.conversationIsOver`, `.unknownEpisode`.
  public func extendTurn(
    _ turn: Turn.ID, of conversation: Episode.ID, with more: [Conversation.Part]
  ) throws(IndividualError) {
    guard !more.isEmpty else { return }
    try database.transaction { () throws(IndividualError) in
      try requireOngoing(conversation)
      guard let kept = try turns(of: conversation).first(where: { $0.id == turn }) else {
        throw .unknownTurn(turn, conversation: conversation)
      }
      let parts = kept.parts + more
      try database.run(
        "UPDATE turns SET text = ?, parts = ? WHERE id = ?",
        .text(Conversation.Turn(.assistant, parts).text), .text(try encoded(parts)), .integer(turn))
      let text = try turns(of: conversation).map(Self.line).joined()
      try database.run(
        "UPDATE episodes SET text = ? WHERE id = ?", .text(text), .integer(conversation))
    }
  }

  /// A turn as it stands in its conversation's text.
  static func line(of turn: Turn) -> String { "\(turn.role.rawValue): \(turn.text)\n" }
}
