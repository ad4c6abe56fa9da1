import Foundation
import Templates
import Tokenizers
import Tools

/// A conversation with a model that others published, written as its own template writes it.
///
/// Every turn the whole conversation is rendered; what the context holds already is not read again. Calls of tools are run, and
/// the model goes on with what they give back.
public struct ChatByTemplate {
  public private(set) var conversation = Conversation()
  private var generator: Generator
  private var sampler: Sampler
  private let chat: PublishedChat
  private let tokenizer: any Tokenizer
  private let toolbox: Toolbox
  private let definitions: [ToolDefinition]
  private let replyTokens: Int

  /// How a reply came about.
  public struct Reply: Sendable {
    public var turn: Conversation.Turn
    /// Earlier turns that the context had no room for any more.
    public var forgottenTurns = 0
  }

  /// How often a turn may call tools.
  private static let mostCalls = 8

  /// The tokens that the model has read.
  package var context: [Int32] { generator.context }

  public init(
    _ model: Transformer, _ tokenizer: any Tokenizer, _ chat: PublishedChat, _ sampler: Sampler,
    tools toolbox: Toolbox = Toolbox(), replyTokens: Int
  ) {
    generator = Generator(model, tokenizer)
    self.tokenizer = tokenizer
    self.chat = chat
    self.sampler = sampler
    self.toolbox = toolbox
    definitions = toolbox.tools.map { ToolDefinition(name: $0.name, description: $0.purpose) }
    self.replyTokens = replyTokens
  }

  /// Answers what the user says; thoughts and calls are parts of the reply's turn.
  ///
  /// - Throws: `TemplateError` for what the template does not take, ``ChatError`` where the context cannot hold even this turn.
  public mutating func reply(
    to text: String, background: String = "", isInterrupted: () -> Bool = { false }
  ) throws -> Reply {
    let before = conversation
    do {
      conversation.turns.append(.user(background.isEmpty ? text : background + "\n" + text))
      var reply = Reply(turn: .assistant(""))
      reply.turn.parts = []
      for _ in 0...Self.mostCalls {
        let written = try writtenParts(
          after: reply.turn, forgotten: &reply.forgottenTurns, isInterrupted)
        reply.turn.parts += written
        guard case .call(let call)? = written.last, !toolbox.isEmpty, !isInterrupted() else {
          break
        }
        reply.turn.parts.append(.result(answer(call)))
      }
      conversation.turns[conversation.turns.count - 1] = .user(text)
      conversation.turns.append(reply.turn)
      return reply
    } catch {
      conversation = before
      throw error
    }
  }

  /// What the tool of a call gives back: published models call with JSON, these tools take a text.
  private func answer(_ call: String) -> String {
    guard let parsed = ToolCall(call),
      let definition = definitions.first(where: { $0.name == parsed.name })
    else { return toolbox.answer(call) }
    return toolbox.answer("\(parsed.name) \(definition.text(ofArgument: parsed.argument))")
  }

  /// What the model writes next, up to the end of its turn.
  private mutating func writtenParts(
    after turn: Conversation.Turn, forgotten: inout Int, _ isInterrupted: () -> Bool
  ) throws -> [Conversation.Part] {
    forgotten += try read(after: turn)
    let prompt = try rendered(after: turn).text
    var reader = TokenReplyReader(
      chat.template.replyFormat, tokenizer,
      isReasoning: chat.template.replyFormat.opensReasoning(prompt))
    var events: [ReplyEvent] = []
    for _ in 0..<replyTokens where generator.room > 0 && !isInterrupted() {
      let token = generator.next(&sampler, masked: [])
      if chat.endTokens.contains(token) { break }
      events += reader.append(token)
      generator.read([token])
    }
    return (events + reader.finish()).parts
  }

  private func rendered(
    after turn: Conversation.Turn
  ) throws -> (tokens: [Int32], text: String) {
    var all = conversation
    if !turn.parts.isEmpty { all.turns.append(turn) }
    return (
      try chat.template.tokens(all, tokenizer, tools: definitions),
      try chat.template.text(all, tools: definitions)
    )
  }

  /// Brings the context to where the model begins to speak; says how many turns had to be left out.
  private mutating func read(after turn: Conversation.Turn) throws -> Int {
    var tokens = try rendered(after: turn).tokens
    let room = min(replyTokens, generator.capacity / 2)
    var forgotten = 0
    while tokens.count + room > generator.capacity {
      // A pair at a time: templates want users and assistants to take turns.
      let first = conversation.turns.first?.role == .system ? 1 : 0
      guard conversation.turns.count > first + 2 else {
        throw ChatError.contextTooSmall(
          capacity: generator.capacity, needed: tokens.count + room)
      }
      conversation.turns.removeSubrange(first..<first + 2)
      forgotten += 2
      tokens = try rendered(after: turn).tokens
    }
    let common = zip(tokens, generator.context).prefix { $0 == $1 }.count
    // The last token is read again where nothing is new: what follows it is known only then.
    generator.rewind(to: min(common, tokens.count - 1))
    generator.read(Array(tokens.dropFirst(generator.context.count)))
    return forgotten
  }
}
