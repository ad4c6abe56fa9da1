import Synchronization

/// Contexts that have been read, kept for whoever begins with the same tokens: the next turn of a conversation reads only
/// what is new in it.
///
/// The ones that were used last are kept, up to a number of bytes. All are of one model as it is now: for a model that has
/// learned since, there is another store.
public final class ContextStore: Sendable {
  let configuration: TransformerConfiguration
  private let byteLimit: Int
  private let state = Mutex(State())

  private struct State {
    /// The one used last at the end.
    var contexts: [HeldContext] = []
    var askedTokens = 0
    var heldTokens = 0
  }

  /// What a store holds, and what has been asked of it.
  public struct Counts: Sendable, Equatable {
    public var contexts, bytes: Int
    /// Tokens that were asked for, and how many of them were held.
    public var askedTokens, heldTokens: Int
  }

  /// Fewer tokens than this in common are sooner read than copied.
  private static let leastInCommon = 8
  /// Contexts have room for a multiple of so many tokens, so that a few more words need no other memory.
  private static let roomStep = 256

  public init(_ model: Transformer, byteLimit: Int = 256 << 20) {
    configuration = model.configuration
    self.byteLimit = byteLimit
  }

  /// A context that begins as `tokens` do, as far as one is held, with room for `capacity` tokens or as many as the model
  /// takes.
  ///
  /// The last of `tokens` is never in it: what follows is known only once that is read.
  public func context(for tokens: [Int32], capacity: Int) -> HeldContext {
    let (wanted, step) = (max(capacity, tokens.count), Self.roomStep)
    let capacity = min((wanted + step - 1) / step * step, configuration.contextLength)
    return state.withLock { state in
      state.askedTokens += tokens.count
      guard let found = take(tokens.dropLast(), capacity, from: &state) else {
        return HeldContext(
          tokens: [], cache: WorkingMemory(configuration, capacity: capacity))
      }
      state.heldTokens += found.tokens.count
      return found
    }
  }

  /// Moves a context out that is a beginning of `tokens`; of one that goes on otherwise, copies what is in common.
  private func take(
    _ tokens: ArraySlice<Int32>, _ capacity: Int, from state: inout State
  ) -> HeldContext? {
    let common = state.contexts.map { zip($0.tokens, tokens).prefix { $0 == $1 }.count }
    guard let index = common.indices.max(by: { common[$0] < common[$1] }),
      common[index] >= Self.leastInCommon
    else { return nil }
    let found = state.contexts.remove(at: index)
    if common[index] == found.tokens.count, found.cache.capacity >= capacity { return found }
    if common[index] < found.tokens.count { state.contexts.append(found) }
    return found.copied(upTo: common[index], capacity: capacity)
  }

  /// Keeps a context, which nobody changes any more.
  public func keep(_ context: HeldContext) {
    guard context.tokens.count >= Self.leastInCommon else { return }
    state.withLock { state in
      // What it goes on from, it holds as well.
      state.contexts.removeAll { context.tokens.starts(with: $0.tokens) }
      state.contexts.append(context)
      var bytes = byteCount(of: state.contexts)
      while bytes > byteLimit, state.contexts.count > 1 {
        bytes -= byteCount(of: [state.contexts.removeFirst()])
      }
    }
  }

  public var counts: Counts {
    state.withLock { state in
      Counts(
        contexts: state.contexts.count, bytes: byteCount(of: state.contexts),
        askedTokens: state.askedTokens, heldTokens: state.heldTokens)
    }
  }

  /// All that are held, the one used last at the end, while nobody can take them.
  func withContexts<Result>(_ body: ([HeldContext]) throws -> Result) rethrows -> Result {
    try state.withLock { try body($0.contexts) }
  }

  private func byteCount(of contexts: [HeldContext]) -> Int {
    contexts.reduce(0) {
      $0 + $1.cache.capacity * configuration.cacheBytesPerToken + $1.cache.stateByteCount
    }
  }
}
