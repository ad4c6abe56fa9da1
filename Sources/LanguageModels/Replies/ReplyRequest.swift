import Tensors
import Tokenizers

/// What a conversation is to be continued with, and how.
public struct ReplyRequest: Sendable {
  /// Ends with what the user says, or with what a tool gave back.
  public var conversation: Conversation
  /// What the user's last words come with, such as a skill that they call for; it is read and is not part of the conversation.
  public var background = ""
  public var tools = OfferedTools.none
  public var sampling = Sampling()
  public var seed: UInt64 = 0
  /// The most tokens that the model writes; the results of tools do not count.
  public var tokens = 256
  /// Texts before which the reply ends.
  public var stops: [String] = []
  /// Of every token its probability and those of so many others; nil for none.
  public var alternatives: Int?
  /// Whether the last words are a text that is to go on, and nobody's turn.
  public var continuesText = false
  /// Whether the reply is to be one JSON object.
  public var isJSON = false

  public init(_ conversation: Conversation) { self.conversation = conversation }
}

/// How likely a token was, and what else could have stood there.
public struct TokenScore: Sendable, Hashable {
  public var bytes: [UInt8]
  /// Of the model's distribution, before any sampling, in nats.
  public var logProbability: Float
  public var alternatives: [Alternative]

  public struct Alternative: Sendable, Hashable {
    public var bytes: [UInt8]
    public var logProbability: Float
  }
}

/// A reply and how it came about.
public struct WrittenReply: Sendable {
  public enum Ending: String, Sendable, Codable {
    /// The model ended its turn.
    case endOfText
    case stopString
    /// A tool of the caller's was called.
    case call
    case length, contextFull, interrupted
  }

  public var turn: Conversation.Turn
  public var ending: Ending
  public var scores: [TokenScore] = []
  /// Tokens of the prompt, and how many of them were held from before.
  public var promptTokens = 0
  public var heldTokens = 0
  public var writtenTokens = 0
  /// Earlier turns that the context had no room for.
  public var forgottenTurns = 0
}
