/// How a conversation is written in tokens, so that nobody's words can pass for another's.
///
/// `<|bos|>`, then for every turn its speaker's token, the parts, and `<|end|>`:
///
///     <|bos|><|system|> Tools: calculator.<|end|><|user|> What is 2 + 3?<|end|>
///     <|assistant|><|call|> calculator 2 + 3<|endcall|><|result|> 5<|endresult|> 5.<|end|>
///
/// A space opens every part, so that its first word has the tokens that it has in the middle of a
/// sentence: a small model copies tokens, not letters. The special tokens are written by this format
/// alone; in what people and tools say they are plain text.
public struct ChatFormat: Sendable {
  /// The tokens that a tokenizer needs for conversations, in the order of their ids.
  public static let specialTokens = [
    "<|bos|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|call|>", "<|endcall|>",
    "<|result|>", "<|endresult|>",
  ]

  /// The ids of the special tokens.
  public let beginning, system, user, assistant, end, call, endCall, result, endResult: Int32
  public let tokenizer: any Tokenizer

  /// - Throws: `TokenizerError.noChatTokens` when the tokenizer has not been made for conversations.
  public init(_ tokenizer: any Tokenizer) throws {
    let special = tokenizer.specialTokens
    let missing = Self.specialTokens.filter { special[$0] == nil }
    guard missing.isEmpty else { throw TokenizerError.noChatTokens(missing: missing) }
    let ids = Self.specialTokens.compactMap { special[$0] }
    (beginning, system, user, assistant, end) = (ids[0], ids[1], ids[2], ids[3], ids[4])
    (call, endCall, result, endResult) = (ids[5], ids[6], ids[7], ids[8])
    self.tokenizer = tokenizer
  }

  /// A conversation as tokens, and for every token whether the assistant is to learn to write it.
  ///
  /// Learned are the assistant's words, its calls and its `<|end|>`; never what others said or tools gave.
  public func render(_ conversation: Conversation) -> (tokens: [Int32], isLearned: [Bool]) {
    var tokens = [beginning]
    var isLearned = [false]
    for turn in conversation.turns {
      let rendered = render(turn)
      tokens += rendered.tokens
      isLearned += rendered.isLearned
    }
    return (tokens, isLearned)
  }

  /// One turn as tokens; see ``render(_:)-(Conversation)``.
  public func render(_ turn: Conversation.Turn) -> (tokens: [Int32], isLearned: [Bool]) {
    var tokens: [Int32] = [token(of: turn.role)]
    var isLearned = [false]
    func append(_ new: [Int32], learned: Bool) {
      tokens += new
      isLearned += Array(repeating: learned, count: new.count)
    }
    let isAssistant = turn.role == .assistant
    for part in turn.parts {
      switch part {
      case .text(let text): append(words(text), learned: isAssistant)
      // This format has no place for thoughts: its models have learned none.
      case .reasoning: break
      case .call(let text): append([call] + words(text) + [endCall], learned: isAssistant)
      case .result(let text): append([result] + words(text) + [endResult], learned: false)
      }
    }
    append([end], learned: isAssistant)
    return (tokens, isLearned)
  }

  /// A conversation up to the point where the assistant begins to speak.
  public func prompt(_ conversation: Conversation) -> [Int32] {
    render(conversation).tokens + [assistant]
  }

  /// What a tool gave back, as the assistant reads it.
  public func resultTokens(_ text: String) -> [Int32] { [result] + words(text) + [endResult] }

  /// The tokens of plain words, with the space before them.
  public func words(_ text: String) -> [Int32] { tokenizer.encode(" " + text) }

  /// The text of plain words, without the space before them.
  public func text(_ tokens: some Sequence<Int32>) -> String {
    let text = tokenizer.decode(tokens)
    return text.hasPrefix(" ") ? String(text.dropFirst()) : text
  }

  /// The parts of an assistant's turn from the tokens after `<|assistant|>`, up to `<|end|>`.
  ///
  /// A call or result that is not closed ends with the tokens.
  public func parts(_ tokens: some Sequence<Int32>) -> [Conversation.Part] {
    var parts: [Conversation.Part] = []
    var open: [Int32] = []
    var kind: (String) -> Conversation.Part = { .text($0) }
    func close() {
      if !open.isEmpty { parts.append(kind(text(open))) }
      open = []
      kind = { .text($0) }
    }
    for token in tokens {
      switch token {
      case end:
        close()
        return parts
      case call:
        close()
        kind = { .call($0) }
      case result:
        close()
        kind = { .result($0) }
      case endCall, endResult: close()
      default: open.append(token)
      }
    }
    close()
    return parts
  }

  private func token(of role: Conversation.Role) -> Int32 {
    switch role {
    case .system: system
    case .user: user
    case .assistant: assistant
    }
  }
}
