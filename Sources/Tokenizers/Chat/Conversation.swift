/// Turns of a user, an assistant and whoever set them up: what chat models are trained on and answer.
///
/// As JSON it is `{"messages": [{"role": "user", "content": "..."}, ...]}`; content with other parts is a
/// list of `{"type": "text" | "reasoning" | "call" | "result", "text": "..."}`.
public struct Conversation: Sendable, Hashable {
  /// Who speaks.
  public enum Role: String, Sendable, Codable, CaseIterable {
    case system, user, assistant
  }

  /// A stretch of a turn.
  public enum Part: Sendable, Hashable {
    case text(String)
    /// What a model thinks before it speaks, which nobody else said or is to answer.
    case reasoning(String)
    /// A tool's name, a space, and what it is given: `calculator 2 + 3`.
    case call(String)
    /// What the tool gave back.
    case result(String)

    /// The stretch itself, whatever it is.
    public var text: String {
      switch self {
      case .text(let text), .reasoning(let text), .call(let text), .result(let text): text
      }
    }
  }

  /// What one speaker says at a time.
  public struct Turn: Sendable, Hashable {
    public var role: Role
    public var parts: [Part]

    public init(_ role: Role, _ parts: [Part]) {
      self.role = role
      self.parts = parts
    }

    public static func system(_ text: String) -> Turn { Turn(.system, [.text(text)]) }
    public static func user(_ text: String) -> Turn { Turn(.user, [.text(text)]) }
    public static func assistant(_ text: String) -> Turn { Turn(.assistant, [.text(text)]) }

    /// What is said, without reasoning, calls and results.
    public var text: String {
      parts.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined(separator: " ")
    }
  }

  public var turns: [Turn]

  public init(_ turns: [Turn] = []) { self.turns = turns }
}

extension [Conversation.Part] {
  /// Adds a piece of what is being said: words join to words, and thoughts to thoughts.
  public mutating func append(piece: Conversation.Part) {
    switch (piece, last) {
    case (.text(let more), .text(let text)?): self[count - 1] = .text(text + more)
    case (.reasoning(let more), .reasoning(let text)?): self[count - 1] = .reasoning(text + more)
    default: append(piece)
    }
  }
}

extension Conversation: Codable {
  private enum CodingKeys: String, CodingKey { case turns = "messages" }
}

extension Conversation.Turn: Codable {
  private enum CodingKeys: String, CodingKey { case role, content }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    role = try container.decode(Conversation.Role.self, forKey: .role)
    if let text = try? container.decode(String.self, forKey: .content) {
      parts = [.text(text)]
    } else {
      parts = try container.decode([Conversation.Part].self, forKey: .content)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(role, forKey: .role)
    if parts.count == 1, case .text(let text) = parts[0] {
      try container.encode(text, forKey: .content)
    } else {
      try container.encode(parts, forKey: .content)
    }
  }
}

extension Conversation.Part: Codable {
  private enum CodingKeys: String, CodingKey { case type, text }
  private enum Kind: String, Codable { case text, reasoning, call, result }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let text = try container.decode(String.self, forKey: .text)
    switch try container.decode(Kind.self, forKey: .type) {
    case .text: self = .text(text)
    case .reasoning: self = .reasoning(text)
    case .call: self = .call(text)
    case .result: self = .result(text)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let (kind, text): (Kind, String) =
      switch self {
      case .text(let text): (.text, text)
      case .reasoning(let text): (.reasoning, text)
      case .call(let text): (.call, text)
      case .result(let text): (.result, text)
      }
    try container.encode(kind, forKey: .type)
    try container.encode(text, forKey: .text)
  }
}
