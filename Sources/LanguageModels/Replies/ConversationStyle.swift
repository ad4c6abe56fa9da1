import Foundation
import Tokenizers
import Tools

/// How a model holds conversations.
public enum ConversationStyle: Sendable {
  /// In turns, as this project's own cores are trained.
  case turns(ChatFormat)
  /// As the template says that was published with the model.
  case template(PublishedChat)
  /// As a dialogue in a book: a core that was not made for conversations continues it.
  case plain

  /// The best that the tokenizer and the files at `core` allow.
  ///
  /// - Throws: what reading a published template throws.
  public init(_ tokenizer: any Tokenizer, core: URL) throws {
    if let format = try? ChatFormat(tokenizer) {
      self = .turns(format)
    } else if let chat = try PublishedChat(core, tokenizer) {
      self = .template(chat)
    } else {
      self = .plain
    }
  }
}

/// Which tools a reply may call, and who answers them.
public enum OfferedTools: Sendable {
  case none
  /// Answered at once, and the reply goes on with what they give.
  case own(Toolbox)
  /// The caller's: a call ends the reply, and the next request brings the result.
  case callers([ToolDefinition])

  public var definitions: [ToolDefinition] {
    switch self {
    case .none: []
    case .own(let toolbox):
      toolbox.tools.map { ToolDefinition(name: $0.name, description: $0.purpose) }
    case .callers(let definitions): definitions
    }
  }
}
