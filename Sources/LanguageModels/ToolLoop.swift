import Tokenizers
import Tools

/// An assistant's turn while it is written: which tokens make sense next, and when a tool is called.
///
/// Whoever draws the tokens asks for ``masked``, gives every token to ``take(_:room:)`` and does what
/// that says. A model can so neither write a result nor another's turn, nor call without end:
/// - `<|call|>` makes sense between words, as often as the limit allows, `<|endcall|>` in a call that
///   has begun; every other special token but `<|end|>` is the format's alone.
/// - A call that grows too long is closed and not run; its result says why.
/// - A call that is still open when the turn ends is dropped: see ``abandonCall()``.
/// - A token that makes no sense, from a source that does not mask, ends the turn.
public struct ToolLoop: Sendable {
  /// How much a turn may call.
  public struct Limits: Sendable, Hashable {
    /// The most calls of a turn.
    public var calls = 8
    /// The most tokens of a call, without those that open and close it.
    public var callTokens = 64

    public init() {}
  }

  /// What is to be done about a token.
  public enum Step: Sendable, Hashable {
    /// Read the token and draw the next.
    case goOn
    /// Read the token and then these, which are not the model's own.
    case insert([Int32])
    /// The turn is over; the token is not part of it.
    case end
    /// There is no room for the result of the call that the token closes; it is not run.
    case full
  }

  /// The tokens of the turn, with calls and results, without `<|end|>`.
  public private(set) var tokens: [Int32] = []
  private let format: ChatFormat
  private let toolbox: Toolbox
  private let limits: Limits
  private let special: Set<Int32>
  private var callCount = 0
  /// Where the tokens of an open call begin, after `<|call|>`.
  private var callStart: Int?

  public init(_ format: ChatFormat, _ toolbox: Toolbox, limits: Limits = Limits()) {
    self.format = format
    self.toolbox = toolbox
    self.limits = limits
    special = Set(format.tokenizer.specialTokens.values)
  }

  /// The tokens that make no sense here.
  public var masked: [Int32] { special.subtracting(allowed).sorted() }

  /// The name of the tool that an open call begins with.
  var openCallName: String? {
    callStart.flatMap { ToolCall(format.text(tokens[$0...]))?.name }
  }

  /// The special tokens that make sense here.
  private var allowed: [Int32] {
    if let callStart { return tokens.count > callStart ? [format.endCall] : [] }
    return toolbox.isEmpty || callCount >= limits.calls ? [format.end] : [format.end, format.call]
  }

  /// The least room in which a call is run: the shortest results fit, and some words after them.
  private static let leastRoom = 16

  /// Takes the token that was drawn, with `room` for so many more tokens, this one included.
  public mutating func take(_ token: Int32, room: Int) -> Step {
    guard token != format.end, !special.contains(token) || allowed.contains(token) else {
      return .end
    }
    guard let start = callStart else {
      if token == format.call {
        callCount += 1
        callStart = tokens.count + 1
      }
      tokens.append(token)
      return .goOn
    }
    let call = tokens[start...]
    let isClosed = token == format.endCall
    guard isClosed || call.count >= limits.callTokens else {
      tokens.append(token)
      return .goOn
    }
    guard room >= Self.leastRoom else { return .full }
    tokens.append(token)
    callStart = nil
    // After the token and what is inserted, a word and `<|end|>` must still fit.
    let inserted =
      isClosed
      ? result(toolbox.answer(format.text(call)), room: room - 3)
      : [format.endCall] + result("error: the call is too long", room: room - 4)
    tokens += inserted
    return .insert(inserted)
  }

  /// A result, of which no more than `room` tokens are kept.
  private func result(_ text: String, room: Int) -> [Int32] {
    let whole = format.resultTokens(text)
    return whole.count > room ? whole.prefix(room - 1) + [format.endResult] : whole
  }

  /// Drops a call that is still open, and says how many tokens were dropped with its `<|call|>`.
  public mutating func abandonCall() -> Int {
    guard let start = callStart else { return 0 }
    callStart = nil
    let dropped = tokens.count - start + 1
    tokens.removeLast(dropped)
    return dropped
  }
}
