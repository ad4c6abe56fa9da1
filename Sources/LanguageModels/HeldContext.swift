/// A context that has been read: its tokens, and what the model holds of them.
///
/// One holder at a time changes it, which is what makes it safe to hand on.
public struct HeldContext: @unchecked Sendable {
  public let tokens: [Int32]
  let cache: WorkingMemory

  public init(tokens: [Int32], cache: WorkingMemory) {
    precondition(tokens.count == cache.count, "a cache of other tokens")
    (self.tokens, self.cache) = (tokens, cache)
  }

  /// The first `count` tokens in memory of their own, with room for `capacity`.
  ///
  /// Where layers hold states that cannot be cut there, it holds fewer.
  func copied(upTo count: Int, capacity: Int) -> HeldContext {
    let copy = WorkingMemory(copying: cache, upTo: count, capacity: capacity)
    return HeldContext(tokens: Array(tokens[..<copy.count]), cache: copy)
  }
}
