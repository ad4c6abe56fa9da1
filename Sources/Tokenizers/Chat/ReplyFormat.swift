/// How a published model writes what is not said: its thoughts and its calls of tools.
///
/// The format is known by the markers in the model's own chat template. What a model writes between them
/// becomes a ``Conversation/Part/reasoning(_:)`` or a ``Conversation/Part/call(_:)``.
public struct ReplyFormat: Sendable, Hashable {
  /// What stands before and after something.
  public struct Markers: Sendable, Hashable {
    public var opening: String
    /// Nil for what goes on to the end of the reply.
    public var closing: String?

    public init(_ opening: String, _ closing: String?) {
      self.opening = opening
      self.closing = closing
    }
  }

  /// What stands around thoughts.
  public var reasoning: Markers?
  /// What stands around calls.
  public var calls: Markers?
  /// What may begin a reply that is a call as a whole, as in Llama 3: JSON without any marker.
  public var isBareJSONCall = false

  public init(reasoning: Markers? = nil, calls: Markers? = nil, isBareJSONCall: Bool = false) {
    self.reasoning = reasoning
    self.calls = calls
    self.isBareJSONCall = isBareJSONCall
  }

  /// The format that a template's texts and string literals speak of.
  init(literals: [String]) {
    func says(_ text: String) -> Bool { literals.contains { $0.contains(text) } }
    reasoning = Self.knownReasoning.first { says($0.closing ?? $0.opening) }
    calls = Self.knownCalls.first { says($0.opening) }
    // Llama 3 is told the form of a call in words, and results come back in a role of their own.
    isBareJSONCall =
      calls == nil || calls?.opening == Self.pythonTag
      ? says(#""parameters": "#) && says("<|start_header_id|>") : false
    if isBareJSONCall { calls = Markers(Self.pythonTag, nil) }
  }

  static let pythonTag = "<|python_tag|>"

  private static let knownReasoning = [
    Markers("<think>", "</think>"),  // DeepSeek-R1, Qwen 3, SmolLM 3
    Markers("[THINK]", "[/THINK]"),  // Magistral
    Markers("<|START_THINKING|>", "<|END_THINKING|>"),  // Command A
    Markers("<seed:think>", "</seed:think>"),  // Seed-OSS
    Markers("Here is my thought process:", "Here is my response:"),  // Granite 3.2
  ]

  private static let knownCalls = [
    Markers("<tool_call>", "</tool_call>"),  // Hermes, Qwen
    Markers("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"),  // DeepSeek
    Markers("[TOOL_CALLS]", nil),  // Mistral
    Markers("<|tool_call|>", "<|/tool_call|>"),  // Phi-4-mini; Granite, which closes with the reply
    Markers("<|START_ACTION|>", "<|END_ACTION|>"),  // Command A
    Markers("Action: ```json", "```"),  // Command R
    Markers(pythonTag, nil),  // Llama 3
  ]

  /// The parts of a whole reply.
  ///
  /// `isReasoning` says that the prompt has opened the thoughts; see ``opensReasoning(_:)``.
  public func parts(_ reply: String, isReasoning: Bool = false) -> [Conversation.Part] {
    var reader = ReplyReader(self, isReasoning: isReasoning)
    return (reader.append(reply) + reader.finish()).parts
  }

  /// Whether a prompt ends where the model is to think, as DeepSeek-R1's does.
  public func opensReasoning(_ prompt: String) -> Bool {
    guard let opening = reasoning?.opening else { return false }
    let end = prompt.lastIndex { !$0.isWhitespace }.map(prompt.index(after:)) ?? prompt.startIndex
    return prompt[..<end].hasSuffix(opening)
  }
}

/// What a reply says as it comes; the texts of a part join to the part.
public enum ReplyEvent: Sendable, Hashable {
  case text(String)
  case reasoning(String)
  /// A tool's name, a space, and what it is given, whole.
  case call(String)

  /// The same as a piece of a turn.
  public var part: Conversation.Part {
    switch self {
    case .text(let text): .text(text)
    case .reasoning(let text): .reasoning(text)
    case .call(let text): .call(text)
    }
  }
}

extension Sequence<ReplyEvent> {
  /// The parts that the events are pieces of.
  public var parts: [Conversation.Part] {
    var parts: [Conversation.Part] = []
    for event in self { parts.append(piece: event.part) }
    return parts
  }
}
