/// The ids that the publisher of a vocabulary puts around one text, such as `<s>` before it.
public struct TextFrame: Sendable, Hashable {
  public var prefix: [Int32]
  public var suffix: [Int32]

  public init(prefix: [Int32] = [], suffix: [Int32] = []) {
    self.prefix = prefix
    self.suffix = suffix
  }

  /// The frame of a text that stands in this frame.
  func wrapped(in outer: TextFrame) -> TextFrame {
    TextFrame(prefix: outer.prefix + prefix, suffix: suffix + outer.suffix)
  }
}
