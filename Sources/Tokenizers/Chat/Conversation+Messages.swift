import Templates

extension Conversation {
  /// The messages of a conversation as published templates know them.
  ///
  /// A turn with calls becomes several: an assistant's message with `tool_calls`, a message of the role
  /// `tool` for every result, and another of the assistant's for what is said after them. Reasoning stands
  /// in `reasoning_content`, and in `thinking` for templates that ask for that. All that people, models and
  /// tools said is quoted; roles and ids are not.
  func messages(tools: [ToolDefinition]) -> [TemplateValue] {
    var messages = Messages(tools: tools)
    for turn in turns { messages.add(turn) }
    return messages.values
  }
}

/// Collects messages from turns.
private struct Messages {
  let tools: [ToolDefinition]
  private(set) var values: [TemplateValue] = []
  /// The message that is being collected.
  private var draft: Draft?
  private var callCount = 0
  /// Calls whose results are still to come.
  private var open: [(id: String, name: String)] = []

  init(tools: [ToolDefinition]) { self.tools = tools }

  mutating func add(_ turn: Conversation.Turn) {
    open = []
    draft = turn.parts.isEmpty ? Draft() : nil
    for part in turn.parts {
      // What is said after a call is said in the next message.
      switch part {
      case .text(let words):
        if draft?.calls.isEmpty == false { flush(turn.role) }
        draft = (draft ?? Draft()).adding(text: words)
      case .reasoning(let words):
        if draft?.calls.isEmpty == false { flush(turn.role) }
        draft = (draft ?? Draft()).adding(reasoning: words)
      case .call(let words): draft = (draft ?? Draft()).adding(call: call(words))
      case .result(let words):
        flush(turn.role)
        values.append(result(words))
      }
    }
    flush(turn.role)
  }

  private mutating func flush(_ role: Conversation.Role) {
    if let draft { values.append(draft.message(role)) }
    draft = nil
  }

  private mutating func call(_ words: String) -> TemplateValue {
    let trimmed = words.drop(while: \.isWhitespace)
    let name = String(trimmed.prefix { !$0.isWhitespace })
    let argument = String(trimmed.dropFirst(name.count).drop(while: \.isWhitespace))
    callCount += 1
    // Nine letters and digits, which is what Mistral's templates insist on.
    let number = String(callCount % 100_000)
    let id = "call" + String(repeating: "0", count: 5 - number.count) + number
    open.append((id, name))
    return [
      "id": .string(id), "type": "function",
      "function": ["name": .quoted(name), "arguments": arguments(argument, of: name)],
    ]
  }

  /// A JSON object as it is; any other text as the value of the tool's one parameter.
  private func arguments(_ text: String, of name: String) -> TemplateValue {
    if let value = try? TemplateValue(json: text), case .mapping = value { return value.quoted }
    let parameter = tools.first { $0.name == name }?.textParameter ?? "input"
    return .mapping(text.isEmpty ? [] : [.init(parameter, .quoted(text))])
  }

  private mutating func result(_ words: String) -> TemplateValue {
    let call = open.isEmpty ? ("call00000", "tool") : open.removeFirst()
    return [
      "role": "tool", "name": .quoted(call.1), "tool_call_id": .string(call.0),
      "content": .quoted(words),
    ]
  }
}

/// What belongs into one message.
private struct Draft {
  private var text: [String] = []
  private var reasoning: [String] = []
  private(set) var calls: [TemplateValue] = []

  func adding(
    text: String? = nil, reasoning: String? = nil, call: TemplateValue? = nil
  ) -> Draft {
    var draft = self
    if let text { draft.text.append(text) }
    if let reasoning { draft.reasoning.append(reasoning) }
    if let call { draft.calls.append(call) }
    return draft
  }

  func message(_ role: Conversation.Role) -> TemplateValue {
    var entries: [TemplateValue.Entry] = [.init("role", .string(role.rawValue))]
    if !reasoning.isEmpty {
      let thoughts = TemplateValue.quoted(reasoning.joined(separator: "\n"))
      entries += [.init("reasoning_content", thoughts), .init("thinking", thoughts)]
    }
    entries.append(.init("content", .quoted(text.joined(separator: " "))))
    if !calls.isEmpty { entries.append(.init("tool_calls", .list(calls))) }
    return .mapping(entries)
  }
}
