import Tensors
import Tokenizers

/// Writes text token by token from a context.
public struct Generator {
  /// Why a generation ended.
  public enum Ending: String, Sendable, Codable {
    case length, endOfText, stopString, contextFull, interrupted
  }

  /// What was written and how.
  public struct Result: Sendable {
    public var tokens: [Int32]
    public var text: String
    public var ending: Ending
  }

  private let reader: any ContextReader
  private let tokenizer: any Tokenizer
  /// The tokens in the cache so far.
  public private(set) var context: [Int32]
  private let cache: WorkingMemory
  private var logits: Tensor?

  /// A generator with an empty context.
  public init(_ model: Transformer, _ tokenizer: any Tokenizer) {
    self.init(DirectReader(model), tokenizer)
  }

  /// A generator whose context is `held`, which it has for itself from now on; an empty one when nil.
  public init(
    _ reader: any ContextReader, _ tokenizer: any Tokenizer, continuing held: HeldContext? = nil
  ) {
    self.reader = reader
    self.tokenizer = tokenizer
    context = held?.tokens ?? []
    cache = held?.cache ?? WorkingMemory(reader.model.configuration)
  }

  /// The context, for another generator to go on with; this one is not to be used afterwards.
  public var held: HeldContext { HeldContext(tokens: context, cache: cache) }

  /// How many more tokens fit into the context.
  public var room: Int { cache.capacity - cache.count }

  /// The most tokens that the context holds.
  public var capacity: Int { cache.capacity }

  /// Forgets the older half of the context, as often as needed to have room for `count` tokens.
  ///
  /// What stays is read again: its positions are new ones.
  public mutating func makeRoom(for count: Int) {
    guard room < count else { return }
    var kept = context
    while capacity - kept.count < min(count, capacity) { kept = Array(kept.suffix(kept.count / 2)) }
    forget()
    read(kept)
  }

  /// Reads `tokens` into the context (prefill).
  ///
  /// - Precondition: they fit into ``room``.
  public mutating func read(_ tokens: [Int32]) {
    guard !tokens.isEmpty else { return }
    precondition(tokens.count <= room, "\(tokens.count) tokens for a room of \(room)")
    let scaling = reader.model.configuration.family?.rotaryScaling
    if scaling?.isBroken(from: cache.count, to: cache.count + tokens.count) == true {
      let all = context + tokens
      forget()
      return read(all)
    }
    logits = reader.logits(reading: tokens, into: cache)
    context += tokens
  }

  /// The logits of the token that comes next [1, 1, vocabulary]; nil while nothing has been read.
  public var nextLogits: Tensor? { logits }

  /// Draws the token that comes next, which is not read yet; see ``Sampler/next(_:after:masked:)``.
  ///
  /// - Precondition: something has been read.
  public func next(_ sampler: inout Sampler, masked: [Int32]) -> Int32 {
    guard let logits else { preconditionFailure("drawing from an empty context") }
    return sampler.next(logits, after: context, masked: masked)
  }

  /// Forgets all but the first `count` tokens; what comes next is known once something is read again.
  public mutating func rewind(to count: Int) {
    guard count < context.count else { return }
    let missing = context[cache.truncate(to: count)..<max(count, 0)]
    context = Array(context[..<cache.count])
    read(Array(missing))
    logits = nil
  }

  /// Empties the context.
  public mutating func forget() {
    cache.truncate(to: 0)
    context = []
    logits = nil
  }

  /// Continues the context by up to `limit` tokens, giving text to `emit` as it becomes whole.
  ///
  /// A stop string ends the text before itself. `isInterrupted` is asked after every token.
  ///
  /// - Precondition: something has been read.
  public mutating func write(
    limit: Int, sampler: inout Sampler, stopStrings: [String] = [],
    isInterrupted: () -> Bool = { false }, emit: (String) -> Void = { _ in }
  ) -> Result {
    guard var logits else { preconditionFailure("writing from an empty context") }
    var result = Result(tokens: [], text: "", ending: .length)
    var stream = StreamingDecoder(
      tokenizer, continuingText: context.contains { $0 != tokenizer.beginningOfText })
    var watch = StopWatch(stopStrings)
    while result.tokens.count < limit {
      let token = sampler.next(logits, after: context)
      if token == tokenizer.endOfText {
        result.ending = .endOfText
        break
      }
      result.tokens.append(token)
      let text = watch.pass(stream.append(token))
      result.text += text
      if !text.isEmpty { emit(text) }
      if watch.isStopped {
        result.ending = .stopString
        break
      }
      if room == 0 || isInterrupted() {
        result.ending = room == 0 ? .contextFull : .interrupted
        break
      }
      read([token])
      logits = self.logits!
    }
    if result.ending != .stopString {
      let rest = watch.pass(stream.finish()) + watch.finish()
      result.text += rest
      if !rest.isEmpty { emit(rest) }
    }
    return result
  }
}

/// Holds back text that may be the beginning of a stop string.
///
/// Bytes are compared, not characters: "\r\n" is one character, and yet contains "\n".
struct StopWatch {
  private let stops: [[UInt8]]
  private var held: [UInt8] = []
  private(set) var isStopped = false

  init(_ stops: [String]) { self.stops = stops.filter { !$0.isEmpty }.map { Array($0.utf8) } }

  /// The text that can be shown now.
  mutating func pass(_ text: String) -> String {
    guard !isStopped else { return "" }
    held += text.utf8
    let stop = held.indices.first { start in stops.contains { held[start...].starts(with: $0) } }
    isStopped = stop != nil
    // A stop string begins with a whole character, so no character is cut.
    let end =
      stop ?? held.indices.first { start in stops.contains { $0.starts(with: held[start...]) } }
      ?? held.count
    defer { held.removeFirst(end) }
    return String(decoding: held[..<end], as: UTF8.self)
  }

  /// What was held back when nothing more comes.
  mutating func finish() -> String {
    defer { held = [] }
    return isStopped ? "" : String(decoding: held, as: UTF8.self)
  }
}
