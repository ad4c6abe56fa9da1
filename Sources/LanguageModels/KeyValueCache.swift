import Tensors

/// Working memory: the keys and values of every token of one context, all directly accessible.
public final class KeyValueCache {
  /// The number of tokens held.
  public private(set) var count = 0
  /// The most it can hold.
  public let capacity: Int
  // [capacity, keyHeads, headWidth] per layer
  private let keys, values: [Tensor]

  /// An empty cache for up to `capacity` tokens of `configuration`'s contexts.
  public init(_ configuration: TransformerConfiguration, capacity: Int? = nil) {
    self.capacity = min(capacity ?? configuration.contextLength, configuration.contextLength)
    let shape: Shape = [
      self.capacity, configuration.keyHeadCount, configuration.width / configuration.headCount,
    ]
    keys = (0..<configuration.layerCount).map { _ in .zeros(shape) }
    values = (0..<configuration.layerCount).map { _ in .zeros(shape) }
  }

  /// Forgets all but the first `count` tokens.
  public func truncate(to count: Int) { self.count = min(self.count, max(count, 0)) }

  /// Stores a layer's new keys and values [1, time, keyHeads, headWidth]; returns all of them so far.
  func extend(layer: Int, keys newKeys: Tensor, values newValues: Tensor) -> (
    keys: Tensor, values: Tensor
  ) {
    let total = count + newKeys.shape[1]
    precondition(newKeys.shape[0] == 1 && total <= capacity, "cache of \(capacity) tokens is full")
    func store(_ new: Tensor, in held: Tensor) -> Tensor {
      let start = count * held.shape[1] * held.shape[2]
      new.withFloats { source in
        held.update { floats in
          (floats.baseAddress! + start).update(from: source.baseAddress!, count: source.count)
        }
      }
      return held.leading(total).reshaped([1, total, held.shape[1], held.shape[2]])
    }
    return (store(newKeys, in: keys[layer]), store(newValues, in: values[layer]))
  }

  func advance(by time: Int) { count += time }
}
