import Corpora
import Tensors
import Tokenizers

/// Conversations in memory, gone through again and again, every time in another order.
public struct ConversationSource: TokenSequenceSource {
  private let sequences: [TokenSequence]
  private let seed: UInt64
  private var order: [Int] = []
  /// The number of conversations that came before.
  public private(set) var cursor = 0

  /// - Precondition: There is a conversation.
  public init(_ conversations: [Conversation], _ format: ChatFormat, seed: UInt64) {
    precondition(!conversations.isEmpty, "no conversation to learn from")
    sequences = conversations.map {
      let rendered = format.render($0)
      return TokenSequence(conversation: rendered.tokens, isLearned: rendered.isLearned)
    }
    self.seed = seed
    order = order(ofEpoch: 0)
  }

  public mutating func next() -> TokenSequence? {
    let place = cursor % sequences.count
    if place == 0 { order = order(ofEpoch: cursor / sequences.count) }
    cursor += 1
    return sequences[order[place]]
  }

  public mutating func seek(to cursor: Int) {
    self.cursor = max(cursor, 0)
    order = order(ofEpoch: self.cursor / sequences.count)
  }

  private func order(ofEpoch epoch: Int) -> [Int] {
    var random = RandomSource(seed: seed, name: "conversations of epoch \(epoch)")
    return sequences.indices.shuffled(using: &random)
  }
}
