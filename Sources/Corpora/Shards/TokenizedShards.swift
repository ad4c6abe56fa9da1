import Tokenizers

/// A corpus as tokens: texts are learned whole, of conversations what the assistant writes.
public final class TokenizedShards: TokenSequenceSource {
  private let reader: ShardReader
  private let tokenizer: any Tokenizer
  private let format: ChatFormat?
  private let beginningOfText: Int32?

  /// - Throws: `TokenizerError.noChatTokens` at the first conversation for a tokenizer without them.
  public init(_ reader: ShardReader, _ tokenizer: any Tokenizer) {
    self.reader = reader
    self.tokenizer = tokenizer
    format = try? ChatFormat(tokenizer)
    beginningOfText = tokenizer.beginningOfText
  }

  public var cursor: ShardReader.Cursor { reader.cursor }

  public func seek(to cursor: ShardReader.Cursor) throws { try reader.seek(to: cursor) }

  public func next() throws -> TokenSequence? {
    switch try reader.next() {
    case .text(let text)?:
      let beginning = beginningOfText.map { [$0] } ?? []
      return TokenSequence(text: beginning + tokenizer.encode(text))
    case .conversation(let conversation)?:
      let rendered = try (format ?? ChatFormat(tokenizer)).render(conversation)
      return TokenSequence(conversation: rendered.tokens, isLearned: rendered.isLearned)
    case nil: return nil
    }
  }
}
