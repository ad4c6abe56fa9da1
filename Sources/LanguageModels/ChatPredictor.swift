import Tokenizers

/// What a chat is written with: a context that is read into, cut back, and continued token by token.
///
/// A ``SampledPredictor`` asks a model; anything else that knows the next token can stand in for it.
public protocol ChatPredictor {
  /// The tokens read so far.
  var context: [Int32] { get }
  /// The most tokens that the context holds.
  var capacity: Int { get }
  /// Appends tokens to the context, which has room for them.
  mutating func read(_ tokens: [Int32])
  /// Forgets all but the first `count` tokens.
  mutating func rewind(to count: Int)
  /// The token that comes next, which is not read yet; none of `masked`.
  mutating func next(masked: [Int32]) -> Int32
}

extension ChatPredictor {
  /// How many more tokens fit into the context.
  var room: Int { capacity - context.count }
}

/// A model's context continued by a sampler.
public struct SampledPredictor: ChatPredictor {
  private var generator: Generator
  private var sampler: Sampler
  /// Rows of the model's head that are no tokens.
  private let padding: [Int32]

  public init(_ model: Transformer, _ format: ChatFormat, _ sampler: Sampler) {
    generator = Generator(model, format.tokenizer)
    self.sampler = sampler
    let rows = Int32(model.configuration.vocabularySize)
    let tokens = Int32(format.tokenizer.vocabularySize)
    padding = Array(min(tokens, rows)..<rows)
  }

  public var context: [Int32] { generator.context }
  public var capacity: Int { generator.capacity }
  public mutating func read(_ tokens: [Int32]) { generator.read(tokens) }
  public mutating func rewind(to count: Int) { generator.rewind(to: count) }
  public mutating func next(masked: [Int32]) -> Int32 {
    generator.next(&sampler, masked: masked + padding)
  }
}
