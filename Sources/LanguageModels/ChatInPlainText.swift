import Foundation
import Tokenizers

/// A conversation with a core that knows dialogues from books only: no turns, no tools.
public struct ChatInPlainText {
  private var generator: Generator
  private var sampler: Sampler
  private let tokenizer: any Tokenizer
  private let replyTokens: Int

  public init(
    _ model: Transformer, _ tokenizer: any Tokenizer, _ sampler: Sampler, replyTokens: Int
  ) {
    generator = Generator(model, tokenizer)
    self.sampler = sampler
    self.tokenizer = tokenizer
    self.replyTokens = replyTokens
  }

  /// Answers one line; the reply ends with the line or at one of `stops`.
  ///
  /// When the context is full, its older half is forgotten.
  public mutating func reply(
    to line: String, stops: [String] = [], isInterrupted: () -> Bool = { false }
  ) -> String {
    let start = generator.context.isEmpty ? tokenizer.beginningOfText.map { [$0] } ?? [] : []
    let limit = min(replyTokens, generator.capacity / 2)
    let asked = (start + tokenizer.encode("user: \(line)\nassistant:"))
      .suffix(max(generator.capacity - limit - 1, 1))
    generator.makeRoom(for: asked.count + limit)
    generator.read(Array(asked))
    let result = generator.write(
      limit: limit, sampler: &sampler, stopStrings: ["\nuser:", "\n"] + stops,
      isInterrupted: isInterrupted)
    generator.read(Array(tokenizer.encode("\n").prefix(generator.room)))
    return result.text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
