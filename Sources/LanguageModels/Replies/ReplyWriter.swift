import Templates
import Tensors
import Tokenizers
import Tools

/// Writes replies for a service: every request brings its whole conversation, and what was read for an earlier one is not
/// read again.
public struct ReplyWriter: Sendable {
  let reader: any ContextReader
  let tokenizer: any Tokenizer
  let style: ConversationStyle
  let contexts: ContextStore
  /// What is kept of turns that the context has no room for; nil keeps nothing.
  public var takeNotes: (@Sendable (_ leaving: [Conversation.Turn], _ tokens: Int) -> [String])?

  /// How often a reply may call tools.
  static let mostCalls = 8

  public init(
    _ reader: any ContextReader, _ tokenizer: any Tokenizer, _ style: ConversationStyle,
    _ contexts: ContextStore
  ) {
    (self.reader, self.tokenizer, self.style, self.contexts) = (reader, tokenizer, style, contexts)
  }

  /// Continues the conversation, telling `emit` what is written in pieces, as it is written.
  ///
  /// `isInterrupted` is asked before every token.
  ///
  /// - Throws: `TemplateError` for what a template does not take, ``ChatError`` where the context cannot hold even the last turn.
  public func reply(
    to request: ReplyRequest, isInterrupted: () -> Bool = { false },
    emit: (Conversation.Part) -> Void = { _ in }, score: (TokenScore) -> Void = { _ in }
  ) throws -> WrittenReply {
    var window = try ConversationWindow(request, self)
    var stretch = ReplyStretch(self, request)
    defer { stretch.keepContext() }
    var pieces = PieceCollector(stops: request.stops)
    var reply = WrittenReply(
      turn: .assistant(""), ending: .length, promptTokens: window.tokens.count,
      forgottenTurns: window.forgottenTurns)
    func take(_ piece: Conversation.Part) {
      for told in pieces.take(piece) { emit(told) }
    }
    for _ in 0...Self.mostCalls {
      let ending = stretch.write(
        after: window.tokens, prompt: window.text,
        isInterrupted: { pieces.isStopped || isInterrupted() }, emit: take, score: score)
      reply.ending = pieces.isStopped ? .stopString : ending
      // Cores of this project's own are answered in the middle of their turn.
      guard ending == .call, case .template = style, case .own(let toolbox) = request.tools,
        case .call(let call)? = pieces.parts.last
      else { break }
      take(.result(answer(call, request.tools.definitions, toolbox)))
      window = try ConversationWindow(request, self, continuing: pieces.parts)
    }
    for told in pieces.finish() { emit(told) }
    reply.turn.parts = pieces.parts
    reply.scores = stretch.scores
    reply.heldTokens = stretch.heldTokens
    reply.writtenTokens = stretch.writtenTokens
    return reply
  }

  /// What the tool of a call gives back: published models call with JSON, own tools take a text.
  private func answer(
    _ call: String, _ definitions: [ToolDefinition], _ toolbox: Toolbox
  ) -> String {
    guard let parsed = ToolCall(call),
      let definition = definitions.first(where: { $0.name == parsed.name })
    else { return toolbox.answer(call) }
    return toolbox.answer("\(parsed.name) \(definition.text(ofArgument: parsed.argument))")
  }
}

/// Joins pieces to parts, and holds back text that may be the beginning of a stop string.
struct PieceCollector {
  private(set) var parts: [Conversation.Part] = []
  private var watch: StopWatch

  init(stops: [String]) { watch = StopWatch(stops) }

  var isStopped: Bool { watch.isStopped }

  /// What can be told now.
  mutating func take(_ piece: Conversation.Part) -> [Conversation.Part] {
    guard !watch.isStopped else { return [] }
    guard case .text(let text) = piece else {
      let rest = finish()
      parts.append(piece: piece)
      return rest + [piece]
    }
    return told(watch.pass(text))
  }

  /// What was held back when nothing more comes.
  mutating func finish() -> [Conversation.Part] { told(watch.finish()) }

  private mutating func told(_ text: String) -> [Conversation.Part] {
    guard !text.isEmpty else { return [] }
    parts.append(piece: .text(text))
    return [.text(text)]
  }
}
