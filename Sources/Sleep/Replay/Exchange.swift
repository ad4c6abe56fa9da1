import Individuals
import Tokenizers

/// A question that the user asked in a conversation, what was replied, and what the journal says about it.
package struct Exchange: Sendable, Equatable {
  package var conversation: Episode.ID
  package var question: String
  package var reply: String
  /// The sentences of the journal that say most about the question; empty where none do.
  package var evidence: String

  package init(conversation: Episode.ID, question: String, reply: String, evidence: String) {
    self.conversation = conversation
    self.question = question
    self.reply = reply
    self.evidence = evidence
  }

  /// More sentences, or characters of them, than these are not read before a question.
  private static let mostSentences = 6
  private static let mostCharacters = 600

  /// The questions of `episodes`, each with the reply that followed; of documents and notes there are none.
  package static func all(in episodes: [Episode], of journal: Journal) throws -> [Exchange] {
    try episodes.filter { $0.kind == .conversation }.flatMap { episode in
      let turns = try journal.turns(of: episode.id)
      return try zip(turns, turns.dropFirst()).compactMap { said, answered -> Exchange? in
        guard said.role == .user, answered.role == .assistant,
          let question = Passage.lastQuestion(in: said.text)
        else { return nil }
        // What was asked says nothing about itself.
        let evidence = try journal.sentences(
          matching: question, limit: mostSentences, characters: mostCharacters
        ).filter { !$0.contains(question) }
        return Exchange(
          conversation: episode.id, question: question, reply: answered.text,
          evidence: evidence.joined(separator: " "))
      }
    }
  }
}
