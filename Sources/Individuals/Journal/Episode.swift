import Foundation
import Tokenizers

/// Something that an individual lived through: a document it read, a conversation, a note it took.
public struct Episode: Sendable, Equatable, Identifiable {
  public enum Kind: String, Sendable, CaseIterable {
    case document, conversation, note
  }

  public let id: Int
  public let kind: Kind
  public let title: String
  /// The series that a transcript belongs to.
  public let show: String?
  /// Where it came from: a path or an address.
  public let source: String?
  /// When it was published, as the document says it.
  public let published: String?
  /// SHA-256 of a document's or note's text; nil for a conversation.
  public let digest: String?
  /// When it was read or noted, or when the conversation began.
  public let readAt: Date
  /// Plain rendering; of a conversation, a line `role: text` for each turn.
  public let text: String
  /// Spans and speakers as JSON, kept as the reader gave it.
  public let annotations: String?

  package init(
    id: Int, kind: Kind, title: String, show: String?, source: String?, published: String?,
    digest: String?, readAt: Date, text: String, annotations: String?
  ) {
    (self.id, self.kind, self.title, self.show) = (id, kind, title, show)
    (self.source, self.published, self.digest) = (source, published, digest)
    (self.readAt, self.text, self.annotations) = (readAt, text, annotations)
  }

  /// The same with another text.
  package func saying(_ text: String) -> Episode {
    Episode(
      id: id, kind: kind, title: title, show: show, source: source, published: published,
      digest: digest, readAt: readAt, text: text, annotations: annotations)
  }
}

/// What was said at once in a conversation.
public struct Turn: Sendable, Equatable, Identifiable {
  public enum Role: String, Sendable, CaseIterable {
    case system, user, assistant
  }

  public let id: Int
  public let episodeID: Episode.ID
  public let role: Role
  /// What was said, without calls of tools and their results.
  public let text: String
  /// All of it in order.
  public let parts: [Conversation.Part]
  public let at: Date
}

/// An episode found by its words.
public struct SearchHit: Sendable, Equatable {
  public let episodeID: Episode.ID
  public let title: String
  /// BM25; higher is better, comparable within one search only.
  public let score: Double
  /// The part of the text, at most 64 words, that fits the query best.
  public let passage: String
}
