import LanguageModels
import Tensors
import Tokenizers

/// A model that answers many conversations at once, in text.
public struct Respondent: Sendable {
  public let model: Transformer
  public let format: ChatFormat

  /// More tokens than any answer to a question has.
  public static let answerLimit = 48

  /// A question, with a passage in front of it or alone.
  public static func conversation(asking question: String, about passage: String = "")
    -> Conversation
  {
    Conversation([.user(passage.isEmpty ? question : passage + "\n" + question)])
  }

  public init(model: Transformer, format: ChatFormat) {
    self.model = model
    self.format = format
  }

  /// The next turn of each conversation; nil where it does not fit the context or does not end within
  /// `limit` tokens.
  ///
  /// `stream` names what is drawn for the conversation at an index; at temperature 0 nothing is.
  public func replies(
    to conversations: [Conversation], limit: Int, temperature: Float = 0, seed: UInt64 = 0,
    stream: (Int) -> String = { _ in "" }
  ) throws -> [String?] {
    let prompts = conversations.map { format.prompt($0) }
    let room = model.configuration.contextLength - limit
    let fitting = prompts.indices.filter { prompts[$0].count <= room }
    let generator = BatchGenerator(
      model, stops: [format.end, format.call], temperature: temperature, seed: seed)
    let continuations = try generator.continuations(
      of: fitting.map { .init(prompts[$0], limit: limit, stream: stream($0)) })
    var replies = [String?](repeating: nil, count: prompts.count)
    for (index, continuation) in zip(fitting, continuations)
    where continuation.tokens.last == format.end {
      guard case .text(let text)? = format.parts(continuation.tokens).first else { continue }
      replies[index] = text
    }
    return replies
  }
}
