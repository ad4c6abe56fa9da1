import Tokenizers
import Tools

/// A conversation with a model that may use tools, in a context that never overflows.
///
/// The calls that the model writes are run as it writes them; ``ToolLoop`` says how they are contained.
/// When the context is full, the older half of what was said is forgotten, in whole turns; what was said
/// first of all, by the system, stays.
public struct ChatSession {
  public struct Limits: Sendable, Hashable {
    /// The most tokens that the model writes in a turn, calls included and results not.
    public var replyTokens = 256
    public var loop = ToolLoop.Limits()

    public init() {}
  }

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
  /// The tokens of the beginning and the system's turn.
  private let header: [Int32]
  /// The tokens of each turn that the context holds after the header, as they were written.
  private var turns: [(role: Conversation.Role, tokens: [Int32])] = []

  /// Begins a conversation by telling what `system` says and which tools there are.
  ///
  /// `predictor` has an empty context.
  ///
  /// - Throws: ``ChatError`` when the context is too small for that.
  public init(
    _ predictor: any ChatPredictor, _ format: ChatFormat, tools toolbox: Toolbox = Toolbox(),
    system: String? = nil, limits: Limits = Limits()
  ) throws(ChatError) {
    let said = [system, toolbox.announcement].compactMap(\.self)
    conversation = Conversation(said.isEmpty ? [] : [.system(said.joined(separator: "\n"))])
    header = format.render(conversation).tokens
    self.predictor = predictor
    self.format = format
    self.toolbox = toolbox
    self.limits = limits
    guard predictor.capacity >= header.count + Self.leastRoom else {
      throw .contextTooSmall(capacity: predictor.capacity, needed: header.count + Self.leastRoom)
    }
    self.predictor.read(header)
  }

  /// A question and an answer of a few words fit into so many tokens.
  private static let leastRoom = 32

  /// The room that is kept free for a reply.
  private var replyRoom: Int {
    min(limits.replyTokens, (predictor.capacity - header.count) / 2)
  }

  /// Answers what the user says, telling `emit` what is written as it is written.
  ///
  /// `isInterrupted` is asked before every token.
  public mutating func reply(
    to text: String, isInterrupted: () -> Bool = { false }, emit: (Event) -> Void = { _ in }
  ) -> Reply {
    let asked = ask(text)
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
    turns.append((.assistant, [format.assistant] + loop.tokens + [format.end]))
    conversation.turns.append(turn)
    return Reply(
      turn: turn, ending: ending, forgottenTurns: asked.forgottenTurns, isCut: asked.isCut)
  }

  /// Reads the user's turn and the beginning of the assistant's.
  private mutating func ask(_ text: String) -> (forgottenTurns: Int, isCut: Bool) {
    let turn = Conversation.Turn.user(text)
    conversation.turns.append(turn)
    var tokens = format.render(turn).tokens
    // Beside it stand `<|assistant|>` and the `<|end|>` of the reply.
    let most = predictor.capacity - header.count - replyRoom - 2
    let isCut = tokens.count > most
    if isCut { tokens = [format.user] + tokens.suffix(most - 1) }
    let forgotten = makeRoom(for: tokens.count + replyRoom + 2)
    predictor.read(tokens + [format.assistant])
    turns.append((.user, tokens))
    return (forgotten, isCut)
  }

  /// Forgets the older half of the turns when there is no room for `count` tokens.
  ///
  /// What stays begins with a user's turn and is read again: its positions are new ones.
  private mutating func makeRoom(for count: Int) -> Int {
    guard predictor.room < count else { return 0 }
    let held = turns.map(\.tokens.count).reduce(0, +)
    let most = min(held / 2, predictor.capacity - header.count - count)
    var start = turns.endIndex
    var size = 0
    for index in turns.indices.reversed() {
      size += turns[index].tokens.count
      guard size <= most else { break }
      if turns[index].role == .user { start = index }
    }
    let kept = turns[start...].flatMap(\.tokens)
    predictor.rewind(to: header.count)
    if !kept.isEmpty { predictor.read(kept) }
    turns.removeFirst(start)
    return start
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
