import Foundation
import Individuals
import Tokenizers

/// A conversation that a client brings whole with every request, and its place in the journal.
///
/// Which conversation of the journal it goes on in is known by what was said: one whose turns are all there is taken up
/// with what is new, one in which only the last reply is missing gets another reply, and anything else begins a new one.
struct JournaledTurns: Sendable {
  private let resident: Resident
  private let conversation: Episode.ID

  /// As far back as conversations are looked for: who asks goes on in one of the last.
  private static let mostCandidates = 64

  /// Writes what is new of `brought`, whose last turn is to be answered.
  init(_ resident: Resident, _ brought: Conversation) throws {
    self.resident = resident
    let said = brought.turns.filter { $0.role != .system }
    conversation = try resident.with { individual in
      let journal = individual.journal
      var best: (id: Episode.ID, known: Int)?
      for candidate in try journal.conversations(onlyOngoing: true, limit: Self.mostCandidates) {
        let turns = try journal.turns(of: candidate.id)
        let known = zip(turns, said).prefix { Self.isSame($0, $1) }.count
        if known == turns.count, known < said.count, known > best?.known ?? 0 {
          best = (candidate.id, known)
        } else if known == said.count, turns.count == known + 1, known > 1, best == nil {
          // The same once more: the reply that was given is not wanted.
          try journal.withdrawTurns(from: turns[known].id, of: candidate.id)
          return candidate.id
        }
      }
      let id =
        try best?.id ?? journal.beginConversation(title: Self.title(said.first?.text ?? ""))
      for turn in said[(best?.known ?? 0)...] { try Self.append(turn, to: id, of: journal) }
      return id
    }
  }

  /// Writes the reply.
  func append(_ reply: Conversation.Turn) throws {
    try resident.with { individual in
      do {
        try individual.journal.appendTurn(reply.parts, by: .assistant, to: conversation)
      } catch IndividualError.conversationIsOver {
        // A night took it while the reply was being written; what was asked is in that night's day.
      }
    }
  }

  private static func append(
    _ turn: Conversation.Turn, to id: Episode.ID, of journal: Journal
  ) throws {
    // A turn with results that came later is longer than the one that was written: the new parts follow it.
    try journal.appendTurn(turn.parts, by: turn.role == .user ? .user : .assistant, to: id)
  }

  private static func isSame(_ kept: Turn, _ brought: Conversation.Turn) -> Bool {
    kept.role.rawValue == brought.role.rawValue
      && kept.text.trimmingCharacters(in: .whitespacesAndNewlines)
        == brought.text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The first words of what was said first.
  static func title(_ text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count <= 60 ? words : words.prefix(57) + "..."
  }
}
