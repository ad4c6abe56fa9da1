import Foundation
import LanguageModels

/// What `POST /v1/chat/completions` answers, whole or in chunks.
struct ChatCompletion: Encodable {
  struct Choice: Encodable {
    var index = 0
    var message: Message?
    var delta: Delta?
    @OrNull var logprobs: LogProbabilities?
    @OrNull var finishReason: String?
  }

  struct Message: Encodable {
    var role = "assistant"
    @OrNull var content: String?
    var reasoningContent: String?
    var toolCalls: [ToolCall]?
    /// Nothing is refused in words of its own; clients look for it.
    @OrNull var refusal: String? = nil
  }

  struct Delta: Encodable {
    var role: String?
    var content: String?
    var reasoningContent: String?
    var toolCalls: [ToolCall]?
  }

  struct ToolCall: Encodable {
    struct Function: Encodable { var name, arguments: String }
    var index: Int?
    var id: String
    var type = "function"
    var function: Function
  }

  struct LogProbabilities: Encodable {
    struct Token: Encodable {
      var token: String
      var logprob: Float
      var bytes: [UInt8]
      var topLogprobs: [Alternative]?
    }
    struct Alternative: Encodable {
      var token: String
      var logprob: Float
      var bytes: [UInt8]
    }
    var content: [Token]

    init(_ scores: [TokenScore]) {
      content = scores.map { score in
        Token(
          token: String(decoding: score.bytes, as: UTF8.self), logprob: score.logProbability,
          bytes: score.bytes,
          topLogprobs: score.alternatives.map {
            Alternative(
              token: String(decoding: $0.bytes, as: UTF8.self), logprob: $0.logProbability,
              bytes: $0.bytes)
          })
      }
    }
  }

  var id: String
  var object: String
  var created: Int
  var model: String
  var choices: [Choice]
  var usage: Usage?
}

/// How many tokens an answer took.
struct Usage: Encodable {
  struct Details: Encodable { var cachedTokens: Int }
  var promptTokens: Int
  var completionTokens: Int?
  var totalTokens: Int
  var promptTokensDetails: Details?

  init(prompt: Int, completion: Int, held: Int) {
    promptTokens = prompt
    completionTokens = completion
    totalTokens = prompt + completion
    promptTokensDetails = Details(cachedTokens: held)
  }

  init(prompt: Int) {
    promptTokens = prompt
    totalTokens = prompt
  }

  static func + (left: Usage, right: Usage) -> Usage {
    Usage(
      prompt: left.promptTokens,
      completion: (left.completionTokens ?? 0) + (right.completionTokens ?? 0),
      held: left.promptTokensDetails?.cachedTokens ?? 0)
  }
}

/// What `POST /v1/completions` answers.
struct TextCompletion: Encodable {
  struct Choice: Encodable {
    var index: Int
    var text: String
    @OrNull var logprobs: LogProbabilities?
    @OrNull var finishReason: String?
  }

  struct LogProbabilities: Encodable {
    var tokens: [String]
    var tokenLogprobs: [Float]
    var topLogprobs: [[String: Float]]
    var textOffset: [Int]

    /// - Parameter said: What stands before the first of the tokens in the answer.
    init(_ scores: [TokenScore], behind said: String) {
      func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
      tokens = scores.map { text($0.bytes) }
      tokenLogprobs = scores.map(\.logProbability)
      topLogprobs = scores.map { score in
        Dictionary(
          score.alternatives.map { (text($0.bytes), $0.logProbability) },
          uniquingKeysWith: { first, _ in first })
      }
      var offset = said.count
      textOffset = tokens.map { token in
        defer { offset += token.count }
        return offset
      }
    }
  }

  var id: String
  var object = "text_completion"
  var created: Int
  var model: String
  var choices: [Choice]
  var usage: Usage?
}

extension WrittenReply.Ending {
  /// As OpenAI names it.
  var finishReason: String {
    switch self {
    case .endOfText, .stopString, .interrupted: "stop"
    case .call: "tool_calls"
    case .length, .contextFull: "length"
    }
  }
}
