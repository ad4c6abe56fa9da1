import Foundation
import HTTP
import Individuals
import LanguageModels
import Synchronization
import Templates
import Tensors
import Tokenizers

/// `POST /v1/chat/completions`: a turn of a conversation with an individual.
///
/// What is said becomes a part of its day: the turns that are new stand in the journal before the reply is whole.
struct ChatCompletions {
  let service: Service
  let resident: Resident
  let request: ChatCompletionRequest
  private let conversation: Conversation
  private let tools: OfferedTools
  private let id = "chatcmpl-" + UUID().uuidString.lowercased()
  private let created = Int(Date().timeIntervalSince1970)

  /// - Throws: ``ServiceError`` for what cannot be answered.
  init(_ service: Service, _ http: Request) throws {
    self.service = service
    request = try ServiceJSON.decode(ChatCompletionRequest.self, from: http)
    try Self.check(request)
    resident = try service.household.resident(request.model)
    conversation = try Conversation(request.messages)
    if let format = request.responseFormat?.type, format != "text", format != "json_object" {
      throw ServiceError(
        400, "response_format '\(format)' is not supported; 'text' and 'json_object' are",
        parameter: "response_format")
    }
    if let tools = request.tools, !tools.isEmpty, request.toolChoice != ToolChoice.none {
      let document = try? TemplateValue(json: String(decoding: http.body, as: UTF8.self))
      guard case .list(let written)? = document?["tools"], written.count == tools.count else {
        throw ServiceError(400, "'tools' cannot be read", parameter: "tools")
      }
      self.tools = .callers(
        zip(tools, written).map { tool, value in
          ToolDefinition(
            name: tool.function.name, description: tool.function.description ?? "",
            parameters: value["function"]?["parameters"] ?? ["type": "object", "properties": [:]])
        })
    } else if request.toolChoice == ToolChoice.none || request.responseFormat?.type == "json_object"
    {
      tools = .none
    } else {
      tools = .own(request.store == false ? resident.readingToolbox : resident.toolbox)
    }
  }

  private static func check(_ request: ChatCompletionRequest) throws {
    func require(_ isSound: Bool, _ name: String, _ expected: String) throws {
      guard isSound else {
        throw ServiceError(400, "'\(name)' is out of range: expected \(expected)", parameter: name)
      }
    }
    try require(!request.messages.isEmpty, "messages", "at least one")
    try require(request.messages.count <= 10_000, "messages", "at most 10000")
    try require((0...2).contains(request.temperature ?? 1), "temperature", "0 to 2")
    try require((0...1).contains(request.topP ?? 1), "top_p", "0 to 1")
    try require((1...16).contains(request.n ?? 1), "n", "1 to 16")
    try require((0...20).contains(request.topLogprobs ?? 0), "top_logprobs", "0 to 20")
    try require((request.stop?.texts.count ?? 0) <= 16, "stop", "at most 16 texts")
    let most = request.maxCompletionTokens ?? request.maxTokens ?? 1
    try require((1...100_000).contains(most), "max_tokens", "1 to 100000")
  }

  func response() throws -> Response {
    let journal = request.store == false ? nil : try JournaledTurns(resident, conversation)
    return request.stream == true ? stream(journal) : try whole(journal)
  }

  /// The request for reply number `index`.
  private func replyRequest(_ index: Int) -> ReplyRequest {
    var reply = ReplyRequest(conversation)
    reply.tools = tools
    reply.isJSON = request.responseFormat?.type == "json_object"
    reply.sampling.temperature = Float(request.temperature ?? 0.8)
    reply.sampling.topP = Float(request.topP ?? 1)
    reply.seed = Self.seed(request.seed) &+ UInt64(index)
    reply.tokens = request.maxCompletionTokens ?? request.maxTokens ?? 512
    reply.stops = request.stop?.texts ?? []
    reply.alternatives = request.logprobs == true ? request.topLogprobs ?? 0 : nil
    if case .own = tools, let last = conversation.turns.last, last.role == .user {
      reply.background = resident.background(for: last.text)
    }
    return reply
  }

  /// The one that was asked for, or any.
  static func seed(_ given: Int?) -> UInt64 {
    given.map { UInt64(bitPattern: Int64($0)) } ?? UInt64.random(in: .min ... .max)
  }

  private func whole(_ journal: JournaledTurns?) throws -> Response {
    var choices: [ChatCompletion.Choice] = []
    var usage: Usage?
    for index in 0..<(request.n ?? 1) {
      let reply = try service.write(
        replyRequest(index), by: resident, isInterrupted: { false }, emit: { _ in })
      if index == 0 { try journal?.append(reply.turn) }
      choices.append(
        .init(
          index: index, message: message(reply.turn),
          logprobs: request.logprobs == true ? .init(reply.scores) : nil,
          finishReason: reply.ending.finishReason))
      usage = usage.map { $0 + reply.usage } ?? reply.usage
    }
    return .json(
      ChatCompletion(
        id: id, object: "chat.completion", created: created, model: request.model,
        choices: choices, usage: usage), inSnakeCase: true)
  }

  private func stream(_ journal: JournaledTurns?) -> Response {
    EventStream.response { events in
      do { try send(events, journal) } catch is Disconnected {
        // Whoever was listening has what was said, and so has the journal.
      } catch {
        try? events.send(data: ServiceJSON.text(ServiceError(error).body))
      }
    }
  }

  private func send(_ events: EventStream, _ journal: JournaledTurns?) throws {
    var usage: Usage?
    for index in 0..<(request.n ?? 1) {
      let chunks = ChunkSender(events) { delta, scores, reason in
        let choice = ChatCompletion.Choice(
          index: index, delta: delta, logprobs: scores.isEmpty ? nil : .init(scores),
          finishReason: reason)
        return ServiceJSON.text(
          ChatCompletion(
            id: id, object: "chat.completion.chunk", created: created, model: request.model,
            choices: [choice]), inSnakeCase: true)
      }
      chunks.send(.init(role: "assistant", content: ""))
      // A call that is answered here, such as one of a tool that nobody offered, is not the caller's.
      let calls = Mutex<[String]>([])
      let reply = try service.write(
        replyRequest(index), by: resident,
        isInterrupted: { chunks.isGone || events.isDisconnected },
        emit: { piece in
          switch piece {
          case .text(let text): chunks.send(.init(content: text))
          case .reasoning(let text): chunks.send(.init(reasoningContent: text))
          case .call(let text):
            if case .callers = tools { calls.withLock { $0.append(text) } }
          case .result: calls.withLock { _ = $0.popLast() }
          }
        }, score: { chunks.add($0) })
      if index == 0 { try journal?.append(reply.turn) }
      for (number, text) in calls.withLock({ $0 }).enumerated() {
        chunks.send(.init(toolCalls: [toolCall(text, number, isInStream: true)]))
      }
      chunks.send(.init(), reason: reply.ending.finishReason)
      usage = usage.map { $0 + reply.usage } ?? reply.usage
      if chunks.isGone { throw Disconnected() }
    }
    if request.streamOptions?.includeUsage == true {
      try events.send(
        data: ServiceJSON.text(
          ChatCompletion(
            id: id, object: "chat.completion.chunk", created: created, model: request.model,
            choices: [], usage: usage), inSnakeCase: true))
    }
    try events.send(data: "[DONE]")
  }

  private func message(_ turn: Conversation.Turn) -> ChatCompletion.Message {
    var reasoning = ""
    var calls: [ChatCompletion.ToolCall] = []
    for part in turn.parts {
      switch part {
      case .reasoning(let text): reasoning += text
      case .call(let text):
        if case .callers = tools { calls.append(toolCall(text, calls.count, isInStream: false)) }
      case .result: _ = calls.popLast()
      case .text: break
      }
    }
    let text = turn.text
    return .init(
      content: text.isEmpty && !calls.isEmpty ? nil : text,
      reasoningContent: reasoning.isEmpty ? nil : reasoning,
      toolCalls: calls.isEmpty ? nil : calls)
  }

  private func toolCall(
    _ text: String, _ number: Int, isInStream: Bool
  ) -> ChatCompletion.ToolCall {
    let parts = text.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
    let (name, argument) = (parts.first ?? "", parts.count > 1 ? parts[1] : "")
    let definition = tools.definitions.first { $0.name == name }
    return .init(
      index: isInStream ? number : nil, id: "call_\(id.suffix(12))_\(number)",
      function: .init(name: name, arguments: Self.arguments(argument, definition)))
  }

  /// A JSON object as it is; any other text as the value of the tool's first parameter.
  private static func arguments(_ text: String, _ definition: ToolDefinition?) -> String {
    if let value = try? TemplateValue(json: text), case .mapping = value { return text }
    var name = definition?.textParameter ?? "input"
    if definition?.textParameter == nil,
      case .mapping(let properties)? = definition?.parameters["properties"]
    {
      guard let first = properties.first else { return "{}" }
      name = first.key
    }
    return ServiceJSON.text([name: text])
  }
}

/// Sends pieces of a reply as they come, with the scores of the tokens that they are made of.
private final class ChunkSender: Sendable {
  private let events: EventStream
  private let text: @Sendable (ChatCompletion.Delta, [TokenScore], String?) -> String
  private let state = Mutex<(scores: [TokenScore], isGone: Bool)>(([], false))

  init(
    _ events: EventStream,
    _ text: @escaping @Sendable (ChatCompletion.Delta, [TokenScore], String?) -> String
  ) {
    (self.events, self.text) = (events, text)
  }

  var isGone: Bool { state.withLock { $0.isGone } }

  func add(_ score: TokenScore) { state.withLock { $0.scores.append(score) } }

  func send(_ delta: ChatCompletion.Delta, reason: String? = nil) {
    let scores = state.withLock { state in
      defer { state.scores = [] }
      return state.scores
    }
    do { try events.send(data: text(delta, scores, reason)) } catch {
      state.withLock { $0.isGone = true }
    }
  }
}

extension WrittenReply {
  var usage: Usage {
    Usage(prompt: promptTokens, completion: writtenTokens, held: heldTokens)
  }
}

extension Conversation {
  /// OpenAI's messages as turns: what tools gave stands in the turn that called them.
  ///
  /// - Throws: ``ServiceError`` naming the message that is not understood.
  fileprivate init(_ messages: [ChatCompletionRequest.Message]) throws {
    var turns: [Turn] = []
    func add(_ role: Role, _ parts: [Part]) {
      if turns.last?.role == role, role == .assistant {
        turns[turns.count - 1].parts += parts
      } else {
        turns.append(Turn(role, parts))
      }
    }
    var instructions: [String] = []
    for (index, message) in messages.enumerated() {
      let text = message.content?.text ?? ""
      switch message.role {
      case "system", "developer": instructions.append(text)
      case "user": add(.user, [.text(text)])
      case "assistant":
        let calls = (message.toolCalls ?? []).map {
          Part.call("\($0.function.name) \($0.function.arguments)")
        }
        add(.assistant, (text.isEmpty && !calls.isEmpty ? [] : [.text(text)]) + calls)
      case "tool", "function":
        guard turns.last?.role == .assistant else {
          throw ServiceError(
            400, "messages[\(index)]: a tool's result follows an assistant's call",
            parameter: "messages")
        }
        turns[turns.count - 1].parts.append(.result(text))
      default:
        throw ServiceError(
          400,
          "messages[\(index)]: role '\(message.role)' is unknown; expected system, developer, user, assistant or tool",
          parameter: "messages")
      }
    }
    let endsWithResult: Bool
    if case .result? = turns.last?.parts.last {
      endsWithResult = true
    } else {
      endsWithResult = false
    }
    guard turns.last?.role == .user || endsWithResult else {
      throw ServiceError(
        400, "the last message is a user's or a tool's: there is nothing to answer",
        parameter: "messages")
    }
    if !instructions.isEmpty {
      turns.insert(.system(instructions.joined(separator: "\n")), at: 0)
    }
    self.init(turns)
  }
}
