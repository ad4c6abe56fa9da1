import Tokenizers
import Tools

/// A conversation with a model that may use tools, in a context that never overflows.
///
/// The calls that the model writes are run as it writes them; ``ToolLoop`` says how they are contained.
/// When the context is full, the older half of what was said is forgotten, in whole turns; what was said
/// first of all, by the system, stays, and the notes that were taken of the rest.
public struct ChatSession {
  public struct Limits: Sendable, Hashable {
    /// The most tokens that the model writes in a turn, calls included and results not.
    public var replyTokens = 256
    public var loop = ToolLoop.Limits()

    public init() {}
  }

  /// Chooses what is kept, in a few sentences, of turns that leave the context.
  ///
  /// It is given the notes so far, the turns, and how many tokens all notes may have.
  public typealias NoteTaker = (_ notes: [String], _ leaving: [Conversation.Turn], _ tokens: Int) ->
    [String]

  /// What happens while a reply is written; the texts of a part join to the part.
  public enum Event: Sendable, Hashable {
    case text(String)
    case call(String)
    case result(String)
  }

  /// A reply and how it came about.
  public struct Reply: Sendable {
    public var turn: Conversation.Turn
    public var ending: Generator.Ending
    /// How many earlier turns left the context to make room.
    public var forgottenTurns: Int
    /// Whether the beginning of what was asked was left out, because it is longer than the context.
    public var isCut: Bool
  }

  /// All that was said, also what the context no longer holds.
  public private(set) var conversation: Conversation
  private var predictor: any ChatPredictor
  private let format: ChatFormat
  private let toolbox: Toolbox
  private let limits: Limits
  private let takeNotes: NoteTaker?
  /// What is kept of the turns that have left the context.
  public private(set) var notes: [String] = []
  /// The tokens of the beginning and the system's turn.
  private let header: [Int32]
  /// The turns that the context holds after the header and the notes, and their tokens as they were written.
  private var turns: [(turn: Conversation.Turn, tokens: [Int32])] = []

  /// Begins a conversation by telling what `system` says and which tools there are.
  ///
  /// `predictor` has an empty context.
  ///
  /// - Throws: ``ChatError`` when the context is too small for that.
  public init(
    _ predictor: any ChatPredictor, _ format: ChatFormat, tools toolbox: Toolbox = Toolbox(),
    system: String? = nil, limits: Limits = Limits(), takingNotes takeNotes: NoteTaker? = nil
  ) throws(ChatError) {
    let said = [system, toolbox.announcement].compactMap(\.self)
    conversation = Conversation(said.isEmpty ? [] : [.system(said.joined(separator: "\n"))])
    header = format.render(conversation).tokens
    self.predictor = predictor
    self.format = format
    self.toolbox = toolbox
    self.limits = limits
    self.takeNotes = takeNotes
    guard predictor.capacity >= header.count + Self.leastRoom else {
      throw .contextTooSmall(capacity: predictor.capacity, needed: header.count + Self.leastRoom)
    }
    self.predictor.read(header)
  }

  /// A question and an answer of a few words fit into so many tokens.
  private static let leastRoom = 32

  /// The room that is kept free for notes.
  private var noteRoom: Int {
    takeNotes == nil ? 0 : (predictor.capacity - header.count) / 4
  }

  /// The room that is kept free for a reply.
  private var replyRoom: Int {
    min(limits.replyTokens, (predictor.capacity - header.count - noteRoom) / 2)
  }

  /// Answers what the user says, telling `emit` what is written as it is written.
  ///
  /// `background` is what the user's words come with, such as a skill that they call for; the conversation does not
  /// show it. `isInterrupted` is asked before every token.
  public mutating func reply(
    to text: String, background: String = "", isInterrupted: () -> Bool = { false },
    emit: (Event) -> Void = { _ in }
  ) -> Reply {
    let asked = ask(text, background)
    var loop = ToolLoop(format, toolbox, limits: limits.loop)
    var stream = ChatStream(format)
    var ending = Generator.Ending.length
    drawing: for _ in 0..<max(limits.replyTokens, 1) {
      // The last place is for `<|end|>`.
      let room = predictor.room - 1
      guard room > 0, !isInterrupted() else {
        ending = room > 0 ? .interrupted : .contextFull
        break
      }
      let token = predictor.next(masked: loop.masked)
      var read = [token]
      switch loop.take(token, room: room + 1) {
      case .goOn: break
      case .insert(let result): read += result
      case .end:
        ending = .endOfText
        break drawing
      case .full:
        ending = .contextFull
        break drawing
      }
      predictor.read(read)
      for token in read { stream.append(token, to: emit) }
    }
    stream.finish(emit)
    predictor.rewind(to: predictor.context.count - loop.abandonCall())
    predictor.read([format.end])
    let turn = Conversation.Turn(.assistant, format.parts(loop.tokens))
    turns.append((turn, [format.assistant] + loop.tokens + [format.end]))
    conversation.turns.append(turn)
    return Reply(
      turn: turn, ending: ending, forgottenTurns: asked.forgottenTurns, isCut: asked.isCut)
  }

  /// Reads the user's turn and the beginning of the assistant's.
  private mutating func ask(
    _ text: String, _ background: String
  ) -> (forgottenTurns: Int, isCut: Bool) {
    let turn = Conversation.Turn.user(text)
    conversation.turns.append(turn)
    let read = background.isEmpty ? turn : .user(background + "\n" + text)
    var tokens = format.render(read).tokens
    // Beside it stand `<|assistant|>` and the `<|end|>` of the reply.
    let most = predictor.capacity - header.count - noteRoom - replyRoom - 2
    let isCut = tokens.count > most
    if isCut { tokens = [format.user] + tokens.suffix(most - 1) }
    let forgotten = makeRoom(for: tokens.count + replyRoom + 2)
    predictor.read((turns.isEmpty ? withNotes(tokens) : tokens) + [format.assistant])
    turns.append((turn, tokens))
    return (forgotten, isCut)
  }

  /// Forgets the older half of the turns when there is no room for `count` tokens, and takes notes of them.
  ///
  /// What stays begins with a user's turn and is read again: its positions are new ones.
  private mutating func makeRoom(for count: Int) -> Int {
    guard predictor.room < count else { return 0 }
    let held = turns.map(\.tokens.count).reduce(0, +)
    let most = min(held / 2, predictor.capacity - header.count - noteRoom - count)
    var start = turns.endIndex
    var size = 0
    for index in turns.indices.reversed() {
      size += turns[index].tokens.count
      guard size <= most else { break }
      if turns[index].turn.role == .user { start = index }
    }
    if let takeNotes { notes = takeNotes(notes, turns[..<start].map(\.turn), noteRoom - 1) }
    turns.removeFirst(start)
    predictor.rewind(to: header.count)
    if let first = turns.first {
      predictor.read(withNotes(first.tokens) + turns.dropFirst().flatMap(\.tokens))
    }
    return start
  }

  /// A user's turn with the notes before it, as what is known stands before a question; they are cut where they are
  /// longer than was asked for.
  private func withNotes(_ turn: [Int32]) -> [Int32] {
    guard !notes.isEmpty else { return turn }
    let read = format.words(notes.joined(separator: " ") + "\n").prefix(noteRoom)
    return Array(turn.prefix(1)) + read + turn.dropFirst()
  }
}

/// Why a conversation cannot begin.
public enum ChatError: Error, Hashable, CustomStringConvertible {
  case contextTooSmall(capacity: Int, needed: Int)

  public var description: String {
    switch self {
    case .contextTooSmall(let capacity, let needed):
      "the model's context holds \(capacity) tokens, this conversation needs at least \(needed)"
    }
  }
}
