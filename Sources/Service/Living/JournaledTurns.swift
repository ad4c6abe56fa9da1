import Foundation
import Individuals
import Synchronization
import Tokenizers

/// A conversation that a client brings whole with every request, and its place in the journal.
///
/// Which conversation of the journal it goes on in is known by what was said:
/// - One whose turns are all there is taken up with what is new.
/// - Where a night has taken such a one, what follows in it is looked for among those that came later, so that no turn is
///   written, and learned, twice.
/// - One that only lacks the reply gets it: a request that is sent again goes on where the first one ended.
/// - One in which only the last reply is too much loses it, and gets another.
/// - Anything else begins a new one.
struct JournaledTurns: Sendable {
  private let resident: Resident
  private let conversation: Episode.ID
  /// What is answered: a user's turn, or one of the assistant's that ends with what a tool gave back.
  /// Nil where a night has taken it.
  private let asked: Turn?
  private let answering: Answering

  /// As far back as conversations are looked for: who asks goes on in one of the last.
  private static let mostCandidates = 64

  /// Writes what is new of `brought`, whose last turn is to be answered.
  init(_ resident: Resident, _ brought: Conversation) throws {
    self.resident = resident
    let said = brought.turns.filter { $0.role != .system }
    (conversation, asked, answering) = try resident.with { individual in
      let journal = individual.journal
      let place = try Place(of: said, in: journal, answered: resident.answered.withLock { $0 })
      let id =
        try place.conversation
        ?? journal.beginConversation(
          title: place.title ?? JournaledTurns.title(said.first?.text ?? ""))
      let answering = Answering(id, of: resident)
      if let surplus = place.surplus { try journal.withdrawTurns(from: surplus.id, of: id) }
      var last = place.last
      for turn in place.new {
        last = try journal.appendTurn(
          turn.parts, by: turn.role == .user ? .user : .assistant, to: id)
      }
      if place.new.isEmpty, let last, case .call? = last.parts.last {
        try journal.extendTurn(last.id, of: id, with: said.last?.results ?? [])
      }
      return (id, last, answering)
    }
  }

  /// Writes the reply; of a conversation that a night took meanwhile, into the one that goes on from it.
  func append(_ reply: Conversation.Turn) throws {
    try resident.with { individual in
      let journal = individual.journal
      guard let asked, asked.role == .assistant else {
        try journal.appendReply(reply, to: conversation)
        return
      }
      do {
        try journal.extendTurn(asked.id, of: conversation, with: reply.parts)
      } catch IndividualError.conversationIsOver {
        try journal.appendReply(reply, to: conversation)
      }
    }
  }

  /// The first words of what was said first.
  static func title(_ text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count <= 60 ? words : words.prefix(57) + "..."
  }
}

extension JournaledTurns {
  /// Where in the journal turns belong.
  private struct Place {
    /// Nil for a new one.
    var conversation: Episode.ID?
    /// What it goes on from is called.
    var title: String?
    /// Its last turn that is said.
    var last: Turn?
    /// What is not in it yet.
    var new: ArraySlice<Conversation.Turn>
    /// A reply that is not wanted any more.
    var surplus: Turn?

    private typealias Candidate = (head: ConversationSummary, turns: [Turn])

    /// - Parameter answered: Conversations that somebody else waits for a reply in.
    init(
      of said: [Conversation.Turn], in journal: Journal, answered: Set<Episode.ID>
    ) throws {
      var candidates: [Candidate] = try journal.conversations(limit: mostCandidates).map {
        ($0, try journal.turns(of: $0.id))
      }
      var rest = said[...]
      while true {
        func known(_ candidate: Candidate) -> Int {
          zip(candidate.turns, rest).prefix { JournaledTurns.isSame($0, $1) }.count
        }
        /// Whether `rest` begins with all of it.
        func isBeginning(_ candidate: Candidate) -> Bool {
          let known = known(candidate)
          guard known > 0, known == candidate.turns.count else { return false }
          // A first turn that waits for its answer can be anybody's, who said the same.
          return known < rest.count || said.count > 1 && !answered.contains(candidate.head.id)
        }
        func rank(_ candidate: Candidate) -> (Int, Int, Int) {
          (candidate.turns.count, candidate.head.isOver ? 0 : 1, candidate.head.id)
        }
        new = rest
        // All of it is of a night's day, and only the reply is missing.
        if rest.isEmpty { return }
        guard let found = candidates.filter(isBeginning).max(by: { rank($0) < rank($1) }) else {
          let again = candidates.first {
            !$0.head.isOver && !answered.contains($0.head.id) && said.count > 1
              && known($0) == rest.count && $0.turns.count == rest.count + 1
              && $0.turns[rest.count].role == .assistant
          }
          if let again {
            (conversation, last) = (again.head.id, again.turns[rest.count - 1])
            (new, surplus) = ([], again.turns[rest.count])
          }
          return
        }
        rest = rest.dropFirst(found.turns.count)
        guard found.head.isOver else {
          (conversation, last, new) = (found.head.id, found.turns.last, rest)
          return
        }
        // A day later it begins with any turn, such as a reply that many conversations have: its title tells it from theirs.
        title = found.head.title
        candidates.removeAll { $0.head.id <= found.head.id || $0.head.title != found.head.title }
      }
    }
  }

  private static func isSame(_ kept: Turn, _ brought: Conversation.Turn) -> Bool {
    kept.role.rawValue == brought.role.rawValue
      && kept.text.trimmingCharacters(in: .whitespacesAndNewlines)
        == brought.text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Says that a conversation is waited for, until it is let go of.
  private final class Answering: Sendable {
    private let conversation: Episode.ID
    private let resident: Resident

    init(_ conversation: Episode.ID, of resident: Resident) {
      (self.conversation, self.resident) = (conversation, resident)
      resident.answered.withLock { _ = $0.insert(conversation) }
    }

    deinit { resident.answered.withLock { _ = $0.remove(conversation) } }
  }
}

extension Conversation.Turn {
  /// What tools gave back at its end.
  fileprivate var results: [Conversation.Part] {
    let others = parts.lastIndex {
      if case .result = $0 { false } else { true }
    }
    return Array(parts[(others.map { $0 + 1 } ?? 0)...])
  }
}

extension Journal {
  /// Writes a reply; of a conversation that a night took meanwhile, into a new one that goes on from it.
  @discardableResult
  func appendReply(_ reply: Conversation.Turn, to conversation: Episode.ID) throws -> Turn {
    do {
      return try appendTurn(reply.parts, by: .assistant, to: conversation)
    } catch IndividualError.conversationIsOver {
      let next = try beginConversation(title: try episode(conversation).title)
      return try appendTurn(reply.parts, by: .assistant, to: next)
    }
  }
}
