import Foundation
import HTTP
import LanguageModels
import Tensors
import Tokenizers

/// `POST /v1/completions`: continues texts; nothing of it becomes a part of anybody's day.
struct Completions {
  private let service: Service
  private let resident: Resident
  private let request: CompletionRequest
  private let id = "cmpl-" + UUID().uuidString.lowercased()
  private let created = Int(Date().timeIntervalSince1970)

  init(_ service: Service, _ http: Request) throws {
    self.service = service
    request = try ServiceJSON.decode(CompletionRequest.self, from: http)
    resident = try service.household.resident(request.model)
    func require(_ isSound: Bool, _ name: String, _ expected: String) throws {
      guard isSound else {
        throw ServiceError(400, "'\(name)' is out of range: expected \(expected)", parameter: name)
      }
    }
    try require((1...64).contains(request.prompt.texts.count), "prompt", "1 to 64 texts")
    try require((0...2).contains(request.temperature ?? 1), "temperature", "0 to 2")
    try require((0...1).contains(request.topP ?? 1), "top_p", "0 to 1")
    try require((1...100_000).contains(request.maxTokens ?? 16), "max_tokens", "1 to 100000")
    try require((1...16).contains(request.n ?? 1), "n", "1 to 16")
    try require((0...20).contains(request.logprobs ?? 0), "logprobs", "0 to 20")
  }

  func response() throws -> Response {
    request.stream == true ? EventStream.response(stream) : try whole()
  }

  private func whole() throws -> Response {
    var choices: [TextCompletion.Choice] = []
    var (prompt, written, held) = (0, 0, 0)
    for (index, text) in prompts.enumerated() {
      let reply = try write(text, index, isInterrupted: { false }, emit: { _ in })
      choices.append(
        .init(
          index: index, text: (request.echo == true ? text : "") + reply.turn.text,
          logprobs: request.logprobs == nil
            ? nil : .init(reply.scores, behind: request.echo == true ? text : ""),
          finishReason: reply.ending.finishReason))
      prompt += reply.promptTokens
      written += reply.writtenTokens
      held += reply.heldTokens
    }
    return .json(
      TextCompletion(
        id: id, created: created, model: request.model, choices: choices,
        usage: Usage(prompt: prompt, completion: written, held: held)), inSnakeCase: true)
  }

  /// Every prompt, as often as was asked for.
  private var prompts: [String] {
    request.prompt.texts.flatMap { Array(repeating: $0, count: request.n ?? 1) }
  }

  private func stream(_ events: EventStream) {
    do {
      var (prompt, written, held) = (0, 0, 0)
      for (index, text) in prompts.enumerated() {
        let sender = PieceSender(events) { text, scores, said, reason in
          let choice = TextCompletion.Choice(
            index: index, text: text,
            logprobs: scores.isEmpty ? nil : .init(scores, behind: said), finishReason: reason)
          return ServiceJSON.text(
            TextCompletion(id: id, created: created, model: request.model, choices: [choice]),
            inSnakeCase: true)
        }
        if request.echo == true { try sender.send(text) }
        let reply = try write(
          text, index, isInterrupted: { events.isDisconnected }, emit: { try? sender.send($0) },
          score: { sender.add($0) })
        try sender.send("", reason: reply.ending.finishReason)
        prompt += reply.promptTokens
        written += reply.writtenTokens
        held += reply.heldTokens
      }
      if request.streamOptions?.includeUsage == true {
        try events.send(
          data: ServiceJSON.text(
            TextCompletion(
              id: id, created: created, model: request.model, choices: [],
              usage: Usage(prompt: prompt, completion: written, held: held)), inSnakeCase: true))
      }
      try events.send(data: "[DONE]")
    } catch is Disconnected {
      // Nobody listens any more.
    } catch {
      try? events.send(data: ServiceJSON.text(ServiceError(error).body))
    }
  }

  private func write(
    _ text: String, _ index: Int, isInterrupted: () -> Bool, emit: (String) -> Void,
    score: (TokenScore) -> Void = { _ in }
  ) throws -> WrittenReply {
    var reply = ReplyRequest(Conversation([.user(text)]))
    reply.sampling.temperature = Float(request.temperature ?? 0.8)
    reply.sampling.topP = Float(request.topP ?? 1)
    reply.seed = ChatCompletions.seed(request.seed) &+ UInt64(index)
    reply.tokens = request.maxTokens ?? 16
    reply.stops = request.stop?.texts ?? []
    reply.alternatives = request.logprobs
    reply.continuesText = true
    return try service.write(
      reply, by: resident, isInterrupted: isInterrupted,
      emit: { if case .text(let text) = $0 { emit(text) } }, score: score)
  }
}

/// Sends pieces of a text as they come, with the scores of the tokens that they are made of.
private final class PieceSender {
  private let events: EventStream
  private let text: (String, [TokenScore], _ behind: String, String?) -> String
  private var scores: [TokenScore] = []
  private var said = ""

  init(
    _ events: EventStream,
    _ text: @escaping (String, [TokenScore], _ behind: String, String?) -> String
  ) {
    (self.events, self.text) = (events, text)
  }

  func add(_ score: TokenScore) { scores.append(score) }

  func send(_ piece: String, reason: String? = nil) throws(Disconnected) {
    let data = text(piece, scores, said, reason)
    said += piece
    scores = []
    try events.send(data: data)
  }
}
