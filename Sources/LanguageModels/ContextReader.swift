import Tensors

/// Reads tokens into contexts of a model.
///
/// A ``DirectReader`` computes on the caller's thread; a ``BatchingReader`` computes for many callers together.
public protocol ContextReader: Sendable {
  var model: Transformer { get }

  /// Reads `tokens`, at least one, after what `cache` holds; the logits that follow the last of them [1, 1, vocabulary].
  ///
  /// Nobody else uses `cache` meanwhile.
  func logits(reading tokens: [Int32], into cache: WorkingMemory) -> Tensor
}

/// Computes for its caller alone, with all cores.
public struct DirectReader: ContextReader {
  public let model: Transformer

  public init(_ model: Transformer) { self.model = model }

  public func logits(reading tokens: [Int32], into cache: WorkingMemory) -> Tensor {
    Tensor.sharingCores {
      model.nextLogits(
        model.hidden(Tensor(indices: tokens, shape: [1, tokens.count]), cache: cache))
    }
  }
}
