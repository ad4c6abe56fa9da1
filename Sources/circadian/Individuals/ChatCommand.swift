import CommandLineInterface
import Foundation
import Individuals
import LanguageModels
import Tokenizers
import Tools

struct ChatCommand: Command {
  let name = "chat"
  let abstract = "Talks with an individual; every turn is in its journal before the reply is shown."
  let discussion = """
    Type a line and press return; an empty line or Ctrl-D ends the conversation. When the context is \
    full, its older half is cleared, and the individual goes on from notes of it: the user's sentences \
    that surprised it most. What should last, the next night learns from the journal. A skill (see \
    'circadian skills') is read where what is said calls for it.

    A core that was trained on conversations may call tools while it writes: a calculator, lookups in \
    its journal, and notes, which are in the journal at once. With --model, a core is talked with that \
    is nobody: it keeps no journal, and its only tool is the calculator.
    """
  let examples = [
    "circadian chat ada", "echo 'Who are you?' | circadian chat ada",
    "circadian chat --model runs/core --show-calls",
  ]

  let individual = Argument<String?>("name", help: "Who is talked with.")
  let model = CommandLineInterface.Option<URL?>(
    "model", completion: .files, help: "A core to talk with instead of an individual.")
  let tokens = CommandLineInterface.Option(
    "tokens", default: 120, must: .be(in: 1...100_000), help: "The most tokens of a reply.")
  let tools = Flag("tools", default: true, help: "Let the core calculate, look up and note.")
  let showCalls = Flag(
    "show-calls", help: "Print calls of tools and their results on standard error.")
  let sampling = SamplingOptions()

  var parameters: ParameterList {
    individual
    model
    tokens
    tools
    showCalls
    sampling.section
  }

  private struct Report: Encodable {
    struct Turn: Encodable {
      var role: Conversation.Role
      var text: String
      var parts: [Conversation.Part]

      init(_ turn: Conversation.Turn) { (role, text, parts) = (turn.role, turn.text, turn.parts) }
    }
    var individual: String?
    var core: String?
    var turns: [Turn]
  }

  func run(_ invocation: Invocation) async throws {
    var partner = try partner(invocation)
    var log = try partner.individual.map { try ConversationLog($0.journal) }
    var lines = InputLines()
    var turns: [Report.Turn] = []
    while !Interruption.isRequested {
      if invocation.messages.isInteractive { try? invocation.messages.write("you: ") }
      guard let line = try nextLine(&lines), !line.allSatisfy(\.isWhitespace) else { break }
      try log?.append(.user(line))
      let skill = partner.skills?.relevant(to: line)
      if let skill, invocation[showCalls] { show("  skill: \(skill.name)", invocation) }
      let reply = try partner.talk.reply(
        to: line, background: skill?.body ?? "", stops: invocation[sampling.stop]
      ) { invocation.warn($0) }
      try log?.append(reply)
      turns += [Report.Turn(.user(line)), Report.Turn(reply)]
      if invocation[showCalls] { show(reply, invocation) }
      if !invocation.wantsJSON { try invocation.output.writeLine("\(partner.name): \(reply.text)") }
    }
    if invocation.wantsJSON {
      try invocation.emit(
        json: Report(
          individual: partner.individual?.name,
          core: partner.individual == nil ? invocation[model]?.path : nil, turns: turns))
    }
    try Interruption.check("")
  }

  /// Writes a conversation into the journal; when a night takes it, it goes on as a new one.
  private struct ConversationLog {
    private let journal: Journal
    private var conversation: Episode.ID

    init(_ journal: Journal) throws {
      self.journal = journal
      conversation = try Self.begin(journal)
    }

    private static func begin(_ journal: Journal) throws -> Episode.ID {
      try journal.beginConversation(title: "Conversation of \(Date.now.formatted(.iso8601))")
    }

    mutating func append(_ turn: Conversation.Turn) throws {
      let role: Turn.Role = turn.role == .user ? .user : .assistant
      do { try journal.appendTurn(turn.parts, by: role, to: conversation) } catch IndividualError
        .conversationIsOver
      {
        conversation = try Self.begin(journal)
        try journal.appendTurn(turn.parts, by: role, to: conversation)
      }
    }
  }

  /// What is said next; nil at the end, and where Ctrl-C ends the waiting, so that the report is still written.
  private func nextLine(_ lines: inout InputLines) throws -> String? {
    do { return try lines.next() } catch is Interrupted { return nil }
  }

  /// Who is talked with, and how.
  private struct Partner {
    var name: String
    var individual: Individual?
    var skills: Skills?
    var talk: Talk
  }

  private func partner(_ invocation: Invocation) throws -> Partner {
    switch (invocation[individual], invocation[model]) {
    case (let name?, nil):
      let person = try invocation.individual(name, access: .appending)
      let mind = try Mind.wake(person)
      return Partner(
        name: person.name, individual: person, skills: try person.skills(),
        talk: try talk(
          mind.model, mind.tokenizer, person.core.url, takesNotes: true, invocation
        ) {
          let memory = try JournalTools(person)
          return [Calculator(), memory.lookup, memory.note]
        })
    case (nil, let url?):
      let core = try LanguageModel.open(url)
      return Partner(
        name: "core", individual: nil,
        talk: try talk(core.model, core.tokenizer, url, takesNotes: false, invocation) {
          [Calculator()]
        })
    case (nil, nil), (_?, _?):
      throw CommandError(
        "name either an individual to talk with or a core with --model", exitCode: .usage)
    }
  }

  /// A conversation in turns with tools, or in plain text with a core that was not made for turns.
  private func talk(
    _ model: Transformer, _ tokenizer: any Tokenizer, _ core: URL, takesNotes: Bool,
    _ invocation: Invocation,
    tools offered: () throws -> [any Tool]
  ) throws -> Talk {
    let sampler = Sampler(sampling.sampling(invocation), seed: invocation.seed)
    guard let format = try? ChatFormat(tokenizer) else {
      if let chat = try PublishedChat(core, tokenizer) {
        return .template(
          ChatByTemplate(
            model, tokenizer, chat, sampler,
            tools: Toolbox(invocation[tools] ? try offered() : []), replyTokens: invocation[tokens])
        )
      }
      return .plain(
        ChatInPlainText(model, tokenizer, sampler, replyTokens: invocation[tokens]))
    }
    if !invocation[sampling.stop].isEmpty {
      invocation.warn("--stop is not heeded: this core ends its turns itself")
    }
    var limits = ChatSession.Limits()
    limits.replyTokens = invocation[tokens]
    return .session(
      try ChatSession(
        SampledPredictor(model, format, sampler), format,
        tools: Toolbox(invocation[tools] ? try offered() : []), limits: limits,
        takingNotes: takesNotes
          ? { ContextNotes(model, format).taken(notes: $0, of: $1, tokens: $2) } : nil))
  }

  private enum Talk {
    case session(ChatSession)
    case template(ChatByTemplate)
    case plain(ChatInPlainText)

    /// The reply; what the context had no room for is told in words.
    mutating func reply(
      to line: String, background: String, stops: [String], warn: (String) -> Void
    ) throws -> Conversation.Turn {
      switch self {
      case .session(var session):
        defer { self = .session(session) }
        let reply = session.reply(
          to: line, background: background, isInterrupted: { Interruption.isRequested })
        if reply.isCut { warn("that is longer than the context: only its end was read") }
        if reply.forgottenTurns > 0 {
          warn(
            "the context was full: \(reply.forgottenTurns) earlier turns left it"
              + (session.notes.isEmpty ? "" : ", \(session.notes.count) sentences stay as notes"))
        }
        return reply.turn
      case .template(var chat):
        defer { self = .template(chat) }
        let reply = try chat.reply(
          to: line, background: background, isInterrupted: { Interruption.isRequested })
        if reply.forgottenTurns > 0 {
          warn("the context was full: \(reply.forgottenTurns) earlier turns left it")
        }
        return reply.turn
      case .plain(var chat):
        defer { self = .plain(chat) }
        return .assistant(
          chat.reply(to: line, stops: stops, isInterrupted: { Interruption.isRequested }))
      }
    }
  }

  private func show(_ reply: Conversation.Turn, _ invocation: Invocation) {
    for part in reply.parts {
      let line: String
      switch part {
      case .text, .reasoning: continue
      case .call(let text): line = "  \(text)"
      case .result(let text): line = "  -> \(text)"
      }
      show(line, invocation)
    }
  }

  private func show(_ line: String, _ invocation: Invocation) {
    // Nothing depends on these lines; without anyone to read them the conversation goes on.
    try? invocation.messages.writeLine(invocation.messages.styled(line, .dim))
  }
}

extension ChatError: ExitCodeProviding { public var exitCode: ExitCode { .badData } }
