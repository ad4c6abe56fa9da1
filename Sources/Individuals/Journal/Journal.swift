import Foundation
import Tokenizers

/// All that an individual has read and said, in the order in which it happened.
///
/// An SQLite file in write-ahead mode with full synchronization: what a method has returned from
/// is on the disk. What was learned of it is written in the nights, not here.
public final class Journal {
  let database: Database

  /// Creates the file, which must not exist yet.
  static func create(at url: URL) throws(IndividualError) {
    let database = try Database(path: url.path, access: .create)
    try requireFullTextSearch(in: database)
    try migrate(database, from: 0)
  }

  /// Opens an existing journal and brings it to this program's version, unless only reading.
  ///
  /// Throws `IndividualError.damaged` for a missing, foreign or corrupted file, `.newerFormat`,
  /// `.journalFailed` or `.journalBusy`.
  init(at url: URL, access: Individual.Access) throws(IndividualError) {
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw .damaged(path: url.path, key: nil, expected: "the file to exist")
    }
    database = try Database(path: url.path, access: access == .reading ? .read : .write)
    try Self.requireSoundness(of: database)
    try Self.requireFullTextSearch(in: database)
    let version = try Self.version(of: database)
    guard version > 0 else {
      throw .damaged(path: url.path, key: "user_version", expected: "a journal's version, not 0")
    }
    guard version <= Self.schemaVersion else {
      throw .newerFormat(path: url.path, found: version, supported: Self.schemaVersion)
    }
    guard version < Self.schemaVersion else { return }
    guard access != .reading else {
      throw .journalFailed(
        path: url.path, reason: "its version \(version) must first be opened for writing once")
    }
    try Self.migrate(database, from: version)
  }

  /// Which documents are one and the same.
  public enum Sameness: Sendable {
    /// Those with the same text.
    case text
    /// Also those that say nearly the same words, as the same talk does in two formats.
    case words
  }

  /// Adds a document in one transaction; one that is the same as one before is not added again.
  ///
  /// - Parameters:
  ///   - show: the series that it belongs to.
  ///   - source: a path or an address.
  ///   - published: when it was published, in the document's own words.
  ///   - annotations: spans and speakers as JSON, of which only the words of `segments` are looked at.
  /// - Throws: `IndividualError.emptyDocument` when there is nothing but white space.
  public func appendDocument(
    title: String, text: String, show: String? = nil, source: String? = nil,
    published: String? = nil, annotations: String? = nil, sameness: Sameness = .text,
    at date: Date = .now
  ) throws(IndividualError) -> (episode: Episode, isNew: Bool) {
    try append(
      .document, title: title, text: text, show: show, source: source, published: published,
      annotations: annotations, sameness: sameness, at: date)
  }

  /// Adds something that is to be remembered; the next night learns it like a document.
  ///
  /// - Throws: `IndividualError.emptyDocument` when there is nothing but white space.
  @discardableResult
  public func appendNote(
    _ text: String, at date: Date = .now
  ) throws(IndividualError) -> (episode: Episode, isNew: Bool) {
    try append(.note, title: "Note of \(date.formatted(.iso8601))", text: text, at: date)
  }

  private func append(
    _ kind: Episode.Kind, title: String, text: String, show: String? = nil, source: String? = nil,
    published: String? = nil, annotations: String? = nil, sameness: Sameness = .text, at date: Date
  ) throws(IndividualError) -> (episode: Episode, isNew: Bool) {
    guard text.contains(where: { !$0.isWhitespace }) else { throw .emptyDocument(title: title) }
    let digest = ContentDigest.sha256(Data(text.utf8))
    return try database.transaction { () throws(IndividualError) in
      if let known = try episodes(where: "digest = ?", .text(digest)).first {
        return (known, false)
      }
      let sketch = sameness == .words ? Self.sketch(of: text, annotations: annotations) : nil
      if let sketch, let known = try episode(like: sketch) { return (known, false) }
      try database.run(
        """
        INSERT INTO episodes (kind, title, show, source, published, digest, read_at, text, annotations)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        .text(kind.rawValue), .text(title), SQLValue(show), SQLValue(source), SQLValue(published),
        .text(digest), .text(date.formatted(.iso8601)), .text(text), SQLValue(annotations))
      let added = try episode(database.lastInsertedID)
      if let sketch { try keep(sketch, of: added.id) }
      return (added, true)
    }
  }

  /// Begins a conversation; it counts as an episode to sleep on once it has a turn.
  ///
  /// A conversation that a night has taken is over, see ``endConversations()``.
  public func beginConversation(
    title: String, at date: Date = .now
  ) throws(IndividualError) -> Episode.ID {
    try database.run(
      "INSERT INTO episodes (kind, title, read_at, text) VALUES ('conversation', ?, ?, '')",
      .text(title), .text(date.formatted(.iso8601)))
    return database.lastInsertedID
  }

  /// Adds a turn, which is on the disk when this returns: only then may the reply be shown.
  @discardableResult
  public func appendTurn(
    _ text: String, by role: Turn.Role, to conversation: Episode.ID, at date: Date = .now
  ) throws(IndividualError) -> Turn {
    try appendTurn([.text(text)], by: role, to: conversation, at: date)
  }

  /// Adds a turn with its calls of tools; nights and searches see only what it says.
  @discardableResult
  public func appendTurn(
    _ parts: [Conversation.Part], by role: Turn.Role, to conversation: Episode.ID,
    at date: Date = .now
  ) throws(IndividualError) -> Turn {
    let text = Conversation.Turn(.assistant, parts).text
    let encoded = parts == [.text(text)] ? nil : try encoded(parts)
    return try database.transaction { () throws(IndividualError) in
      try requireOngoing(conversation)
      let time = date.formatted(.iso8601)
      try database.run(
        "INSERT INTO turns (episode, role, text, at, parts) VALUES (?, ?, ?, ?, ?)",
        .integer(conversation), .text(role.rawValue), .text(text), .text(time), SQLValue(encoded))
      let turn = Turn(
        id: database.lastInsertedID, episodeID: conversation, role: role, text: text,
        parts: parts, at: date.wholeSecond)
      try database.run(
        "UPDATE episodes SET text = text || ? WHERE id = ?",
        .text(Self.line(of: turn)), .integer(conversation))
      return turn
    }
  }

  func encoded(_ parts: [Conversation.Part]) throws(IndividualError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(parts), as: UTF8.self)
    } catch {
      throw .journalFailed(path: database.path, reason: "a turn cannot be written: \(error)")
    }
  }
}
