import Templates
import Tokenizers
import Tools

/// A conversation as tokens, up to where the assistant speaks, without the turns that the context has no room for.
///
/// Where turns must go, the older half goes at once, and always the same half of the same conversation: what stays has been
/// read before.
struct ConversationWindow {
  let tokens: [Int32]
  /// The same as text, for formats in which the prompt opens what the model thinks; empty for others.
  let text: String
  let forgottenTurns: Int

  /// - Parameter parts: What the assistant has said since.
  /// - Throws: `TemplateError`, ``ChatError``.
  init(
    _ request: ReplyRequest, _ writer: ReplyWriter, continuing parts: [Conversation.Part] = []
  ) throws {
    let capacity = writer.contexts.configuration.contextLength
    let room = max(min(request.tokens, capacity / 2), 1)
    guard !request.continuesText else {
      let start = writer.tokenizer.beginningOfText.map { [$0] } ?? []
      let all = start + writer.tokenizer.encode(request.conversation.turns.last?.text ?? "")
      guard all.count + room <= capacity else {
        throw ChatError.contextTooSmall(capacity: capacity, needed: all.count + room)
      }
      // Nothing at all cannot be gone on from.
      tokens = all.isEmpty ? [writer.tokenizer.endOfText ?? 0] : all
      (text, forgottenTurns) = ("", 0)
      return
    }
    var turns = request.conversation.turns
    let system = turns.first?.role == .system ? turns.removeFirst() : nil
    let said = turns.count
    let costs = turns.map { writer.cost(of: $0) }
    let notes = writer.takeNotes == nil ? 0 : capacity / 8
    let fixed = writer.cost(of: system ?? .system("")) + writer.cost(ofBackground: request) + notes
    var start = Self.start(of: turns, costs, room: capacity - room - fixed)
    while true {
      var kept = Array(turns[start...])
      if start > 0, let takeNotes = writer.takeNotes, !kept.isEmpty, kept[0].role == .user {
        let taken = takeNotes(Array(turns[..<start]), notes)
        if !taken.isEmpty {
          kept[0] = .user(taken.joined(separator: " ") + "\n" + kept[0].text)
        }
      }
      if !request.background.isEmpty, let last = kept.lastIndex(where: { $0.role == .user }) {
        kept[last] = .user(request.background + "\n" + kept[last].text)
      }
      if !parts.isEmpty { kept.append(Conversation.Turn(.assistant, parts)) }
      let prompt = try writer.prompt(system, kept, request.tools)
      guard prompt.tokens.count + room > capacity else {
        (tokens, text) = prompt
        forgottenTurns = said - (turns.count - start)
        return
      }
      // The costs are estimates: a pair more goes, as templates want speakers to take turns.
      let next = turns.indices.first { $0 > start && turns[$0].role == .user }
      guard let next, next < turns.endIndex else {
        throw ChatError.contextTooSmall(
          capacity: capacity, needed: prompt.tokens.count + room)
      }
      start = next
    }
  }

  /// The first turn that is kept: as if the conversation had been held turn by turn, and the older half had left whenever
  /// there was no room.
  private static func start(
    of turns: [Conversation.Turn], _ costs: [Int], room: Int
  ) -> Int {
    var (start, held) = (0, 0)
    for index in turns.indices {
      held += costs[index]
      guard held > room, turns[index].role == .user else { continue }
      let most = min(held / 2, room)
      while start < index, held > most || turns[start].role != .user {
        held -= costs[start]
        start += 1
      }
    }
    return start
  }
}

extension ReplyWriter {
  /// What a turn takes of the context, about.
  fileprivate func cost(of turn: Conversation.Turn) -> Int {
    if case .turns(let format) = style { return format.render(turn).tokens.count }
    let framing = 12
    return turn.parts.reduce(framing) { $0 + tokenizer.encode($1.text).count }
  }

  fileprivate func cost(ofBackground request: ReplyRequest) -> Int {
    request.background.isEmpty ? 0 : tokenizer.encode(request.background).count
  }

  /// Everything that the model reads before it speaks.
  fileprivate func prompt(
    _ system: Conversation.Turn?, _ turns: [Conversation.Turn], _ tools: OfferedTools
  ) throws -> (tokens: [Int32], text: String) {
    switch style {
    case .turns(let format):
      let definitions = tools.definitions
      let said = [
        system?.text,
        definitions.isEmpty ? nil : Toolbox.announcement(of: definitions.map(\.name)),
      ].compactMap(\.self)
      let first =
        said.isEmpty ? [] : [Conversation.Turn.system(said.joined(separator: "\n"))]
      let rendered = format.render(Conversation(first + turns)).tokens
      // A result stands in the assistant's turn, which goes on behind it.
      return (
        turns.last?.role == .assistant ? rendered.dropLast() : rendered + [format.assistant], ""
      )
    case .template(let chat):
      let conversation = Conversation((system.map { [$0] } ?? []) + turns)
      let definitions = tools.definitions
      return (
        try chat.template.tokens(conversation, tokenizer, tools: definitions),
        try chat.template.text(conversation, tools: definitions)
      )
    case .plain:
      var lines = turns.map { "\($0.role.rawValue): \($0.text)\n" }.joined()
      if let system { lines = system.text + "\n" + lines }
      let start = tokenizer.beginningOfText.map { [$0] } ?? []
      return (start + tokenizer.encode(lines + "assistant:"), "")
    }
  }
}
