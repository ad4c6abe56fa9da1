import Foundation
import HTTP
import Individuals
import LanguageModels
import Synchronization
import Tokenizers

/// Conversations as the journal holds them, and the next turn of one.
extension Service {
  func conversations(
    _ request: Request, _ resident: Resident, _ segments: [String]
  ) throws -> Response {
    switch (request.method, segments.count) {
    case ("GET", 0):
      return .json([
        "conversations": try resident.with {
          try $0.journal.conversations().map(ConversationHead.init)
        }
      ])
    case ("POST", 0):
      let now = Date()
      let id = try resident.with {
        try $0.journal.beginConversation(title: "Conversation of \(now.formatted(.iso8601))")
      }
      return .json(
        ConversationHead(
          id: id, title: "New conversation", startedAt: now, turns: 0, isOver: false),
        status: 201)
    case ("GET", 1):
      return .json(try whole(number(segments[0], request), resident))
    case ("POST", 2) where segments[1] == "turns":
      return try turn(
        ServiceJSON.decode(TurnRequest.self, from: request), number(segments[0], request), resident)
    case (_, 0): throw ServiceError.method(request, allowed: "GET and POST")
    case (_, 1): throw ServiceError.method(request, allowed: "GET")
    default: throw ServiceError.notFound(request)
    }
  }

  private struct ConversationHead: Encodable {
    var id: Int
    var title: String
    var startedAt: Date
    var turns: Int
    var isOver: Bool

    init(id: Int, title: String, startedAt: Date, turns: Int, isOver: Bool) {
      (self.id, self.title, self.startedAt) = (id, title, startedAt)
      (self.turns, self.isOver) = (turns, isOver)
    }

    init(_ summary: ConversationSummary) {
      self.init(
        id: summary.id, title: summary.title, startedAt: summary.startedAt, turns: summary.turns,
        isOver: summary.isOver)
    }
  }

  private struct WholeConversation: Encodable {
    var id: Int
    var title: String
    var startedAt: Date
    var isOver: Bool
    var turns: [ShownTurn]
  }

  private struct ShownTurn: Encodable {
    var id: Int
    var role, text: String
    var parts: [Conversation.Part]
    var at: Date

    init(_ turn: Turn) {
      (id, role, text) = (turn.id, turn.role.rawValue, turn.text)
      (parts, at) = (turn.parts, turn.at)
    }
  }

  private func whole(_ id: Int, _ resident: Resident) throws -> WholeConversation {
    try resident.with { individual in
      let isOver = try individual.journal.isOver(id)
      let episode = try individual.journal.episode(id)
      return WholeConversation(
        id: id, title: episode.title, startedAt: episode.readAt, isOver: isOver,
        turns: try individual.journal.turns(of: id).map(ShownTurn.init))
    }
  }

  private struct TurnRequest: Decodable {
    var text: String?
    /// The user's turn that is said otherwise; it and all after it are taken back.
    var replacing: Int?
    /// Takes the last reply back and answers anew.
    var regenerate: Bool?
    var temperature: Double?
    var topP: Double?
    var seed: Int?
    var maxTokens: Int?
  }

  private struct TurnEvent: Encodable {
    var conversation: Int
    var turn: ShownTurn
    var ending: String?
  }

  private struct TextEvent: Encodable { var text: String }
  private struct ErrorEvent: Encodable { var message: String }

  private func turn(
    _ said: TurnRequest, _ conversation: Int, _ resident: Resident
  ) throws -> Response {
    let text = said.text ?? ""
    guard said.regenerate == true || text.contains(where: { !$0.isWhitespace }) else {
      throw ServiceError(400, "'text' is empty: say something", parameter: "text")
    }
    guard (0...2).contains(said.temperature ?? 1), (0...1).contains(said.topP ?? 1),
      (1...100_000).contains(said.maxTokens ?? 1)
    else {
      throw ServiceError(
        400, "expected a temperature of 0 to 2, top_p of 0 to 1, max_tokens of 1 to 100000")
    }
    let (id, asked, turns) = try resident.with { individual in
      try Self.say(said, text, in: conversation, of: individual.journal)
    }
    var reply = ReplyRequest(
      Conversation(
        turns.map { Conversation.Turn($0.role == .user ? .user : .assistant, $0.parts) }))
    reply.tools = .own(resident.toolbox)
    reply.background = resident.background(for: asked.text)
    reply.sampling.temperature = Float(said.temperature ?? 0.8)
    reply.sampling.topP = Float(said.topP ?? 1)
    reply.seed = ChatCompletions.seed(said.seed)
    reply.tokens = said.maxTokens ?? 512
    let request = reply
    return EventStream.response { events in
      self.send(request, asked: asked, in: id, resident, events)
    }
  }

  /// Writes what is said; returns where, the user's turn, and all turns up to it.
  private static func say(
    _ said: TurnRequest, _ text: String, in conversation: Int, of journal: Journal
  ) throws -> (id: Int, asked: Turn, turns: [Turn]) {
    var id = conversation
    var turns = try journal.turns(of: conversation)
    if try journal.isOver(conversation) {
      guard said.replacing == nil, said.regenerate != true else {
        throw IndividualError.conversationIsOver(conversation)
      }
      // A night has taken it: it goes on as a new one, with what was said before still in view.
      id = try journal.beginConversation(title: try journal.episode(conversation).title)
    } else if said.regenerate == true {
      guard let last = turns.last(where: { $0.role == .user }) else {
        throw ServiceError(400, "nothing was said yet that could be answered again")
      }
      if let reply = turns.first(where: { $0.id > last.id }) {
        try journal.withdrawTurns(from: reply.id, of: id)
      }
      return (id, last, turns.filter { $0.id <= last.id })
    } else if let replaced = said.replacing {
      guard turns.first(where: { $0.id == replaced })?.role == .user else {
        throw IndividualError.unknownTurn(replaced, conversation: conversation)
      }
      try journal.withdrawTurns(from: replaced, of: id)
      turns.removeAll { $0.id >= replaced }
    }
    if turns.isEmpty { try journal.rename(id, to: JournaledTurns.title(text)) }
    let asked = try journal.appendTurn(text, by: .user, to: id)
    return (id, asked, turns + [asked])
  }

  private func send(
    _ request: ReplyRequest, asked: Turn, in conversation: Int, _ resident: Resident,
    _ events: EventStream
  ) {
    let isGone = Mutex(false)
    func send(_ name: String, _ value: some Encodable) {
      do { try events.send(event: name, data: ServiceJSON.text(value)) } catch {
        isGone.withLock { $0 = true }
      }
    }
    send("turn", TurnEvent(conversation: conversation, turn: ShownTurn(asked)))
    do {
      let reply = try write(
        request, by: resident,
        isInterrupted: { isGone.withLock { $0 } || events.isDisconnected },
        emit: { piece in
          switch piece {
          case .text(let text): send("text", TextEvent(text: text))
          case .reasoning(let text): send("reasoning", TextEvent(text: text))
          case .call(let text): send("call", TextEvent(text: text))
          case .result(let text): send("result", TextEvent(text: text))
          }
        })
      if reply.forgottenTurns > 0 {
        send(
          "notice",
          TextEvent(text: "the context was full: \(reply.forgottenTurns) earlier turns left it"))
      }
      let kept = try resident.with { try $0.journal.appendReply(reply.turn, to: conversation) }
      send(
        "reply",
        TurnEvent(
          conversation: kept.episodeID, turn: ShownTurn(kept), ending: reply.ending.rawValue))
    } catch {
      send("error", ErrorEvent(message: ServiceError(error).message))
    }
  }
}
