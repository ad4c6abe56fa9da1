import Foundation

/// `POST /v1/chat/completions`, as OpenAI's API reference (2025) describes it; what is not named here is not heeded.
///
/// Names are in camel case here and in snake case on the wire.
struct ChatCompletionRequest: Decodable {
  struct Message: Decodable {
    var role: String
    var content: Content?
    var name: String?
    var toolCalls: [ToolCall]?
    var toolCallId: String?
  }

  /// A text, or a list of parts of which only texts are read.
  enum Content: Decodable {
    case text(String)

    private struct Part: Decodable {
      var type: String
      var text: String?
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self = .text(text)
        return
      }
      let parts = try container.decode([Part].self)
      if let other = parts.first(where: { $0.type != "text" }) {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "parts of type '\(other.type)' cannot be read, only text"
        )
      }
      self = .text(parts.compactMap(\.text).joined(separator: "\n"))
    }

    var text: String {
      switch self {
      case .text(let text): text
      }
    }
  }

  struct ToolCall: Codable {
    struct Function: Codable {
      var name: String
      var arguments: String
    }
    var id: String
    var type = "function"
    var function: Function
  }

  struct Tool: Decodable {
    struct Function: Decodable {
      var name: String
      var description: String?
    }
    var type: String
    var function: Function
  }

  struct ResponseFormat: Decodable { var type: String }
  struct StreamOptions: Decodable { var includeUsage: Bool? }

  var model: String
  var messages: [Message]
  var stream: Bool?
  var streamOptions: StreamOptions?
  var temperature: Double?
  var topP: Double?
  var seed: Int?
  var stop: TextOrTexts?
  var maxTokens: Int?
  var maxCompletionTokens: Int?
  var logprobs: Bool?
  var topLogprobs: Int?
  var n: Int?
  var tools: [Tool]?
  var toolChoice: ToolChoice?
  var responseFormat: ResponseFormat?
  /// Whether the conversation becomes a part of the individual's day; it does unless this is false.
  var store: Bool?
}

/// `POST /v1/completions`.
struct CompletionRequest: Decodable {
  var model: String
  var prompt: TextOrTexts
  var stream: Bool?
  var streamOptions: ChatCompletionRequest.StreamOptions?
  var temperature: Double?
  var topP: Double?
  var seed: Int?
  var stop: TextOrTexts?
  var maxTokens: Int?
  var logprobs: Int?
  var echo: Bool?
  var n: Int?
}

/// `POST /v1/embeddings`.
struct EmbeddingRequest: Decodable {
  var model: String
  var input: Input
  var encodingFormat: String?

  enum Input: Decodable {
    case texts([String])
    case tokens([[Int32]])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self = .texts([text])
      } else if let texts = try? container.decode([String].self) {
        self = .texts(texts)
      } else if let tokens = try? container.decode([Int32].self) {
        self = .tokens([tokens])
      } else if let tokens = try? container.decode([[Int32]].self) {
        self = .tokens(tokens)
      } else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "expected a text, texts, tokens or lists of tokens")
      }
    }
  }
}

/// One text or several.
struct TextOrTexts: Decodable {
  var texts: [String]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      texts = [text]
    } else if let several = try? container.decode([String].self) {
      texts = several
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a text or a list of texts")
    }
  }
}

/// `"none"`, `"auto"`, `"required"`, or a tool by name.
enum ToolChoice: Decodable {
  case none, auto

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    self = (try? container.decode(String.self)) == "none" ? .none : .auto
  }
}
