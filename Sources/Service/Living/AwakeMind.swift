import Foundation
import Individuals
import LanguageModels
import Synchronization
import Tokenizers

/// An individual's mind while it is served: the model as it woke, those who read into it, and what has been read.
final class AwakeMind: Sendable {
  /// Names the core and the nights that made the mind.
  let owner: String
  let model: Transformer
  let tokenizer: any Tokenizer
  let contexts: ContextStore
  let writer: ReplyWriter

  init(_ individual: Individual) throws {
    let mind = try Mind.wake(individual)
    owner = Self.owner(individual)
    model = mind.model
    tokenizer = mind.tokenizer
    contexts = ContextStore(model)
    let style = try ConversationStyle(tokenizer, core: individual.core.url)
    let reader = BatchingReader(model)
    var writer = ReplyWriter(reader, tokenizer, style, contexts)
    if case .turns(let format) = style {
      let cache = NotesCache(ContextNotes(model, format))
      writer.takeNotes = { cache.notes(of: $0, tokens: $1) }
    }
    self.writer = writer
  }

  static func owner(_ individual: Individual) -> String {
    "\(individual.core.digest) night \(individual.currentNight.map(String.init) ?? "none")"
  }
}

/// Notes of turns that left a context: taking them asks the model, and every later turn needs them again.
private final class NotesCache: Sendable {
  private let taker: ContextNotes
  private let taken = Mutex<[[Conversation.Turn]: [String]]>([:])
  private static let most = 64

  init(_ taker: ContextNotes) { self.taker = taker }

  func notes(of leaving: [Conversation.Turn], tokens: Int) -> [String] {
    if let known = taken.withLock({ $0[leaving] }) { return known }
    let notes = taker.taken(notes: [], of: leaving, tokens: tokens)
    taken.withLock { taken in
      if taken.count >= Self.most { taken.removeAll() }
      taken[leaving] = notes
    }
    return notes
  }
}
