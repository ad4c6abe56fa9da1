import Tensors

/// Working memory: the keys and values of every token of one context, all directly accessible, and what
/// short convolutions look back on.
public final class KeyValueCache {
  /// The number of tokens held.
  public private(set) var count = 0
  /// The most it can hold.
  public let capacity: Int
  // [capacity, keyHeads, headWidth] per layer
  private let keys, values: [Tensor]
  // [capacity, 1, width] per layer and place of a convolution; of all tokens, so that a context can be cut anywhere
  private let convolved: [[Tensor]]

  /// An empty cache for up to `capacity` tokens of `configuration`'s contexts.
  public init(_ configuration: TransformerConfiguration, capacity: Int? = nil) {
    self.capacity = min(capacity ?? configuration.contextLength, configuration.contextLength)
    let shape: Shape = [
      self.capacity, configuration.keyHeadCount, configuration.width / configuration.headCount,
    ]
    // Rows are read only once they are held: a context of a hundred thousand tokens costs memory as it fills.
    func unfilled(_ shape: Shape) -> Tensor { Tensor(shape: shape) { _ in } }
    keys = (0..<configuration.layerCount).map { _ in unfilled(shape) }
    values = (0..<configuration.layerCount).map { _ in unfilled(shape) }
    let rows: Shape = [self.capacity, 1, configuration.width]
    convolved = (0..<configuration.layerCount).map { _ in
      configuration.convolutionTaps == nil
        ? [] : Block.Convolved.allCases.map { _ in unfilled(rows) }
    }
  }

  /// A cache for up to `capacity` tokens that holds what `other` holds, in memory of its own.
  ///
  /// - Precondition: that fits.
  public init(copying other: KeyValueCache, capacity: Int) {
    precondition(other.count <= capacity, "\(other.count) tokens in a cache of \(capacity)")
    func copy(_ held: Tensor) -> Tensor {
      Tensor(shape: [capacity, held.shape[1], held.shape[2]]) { floats in
        let used = other.count * held.shape[1] * held.shape[2]
        held.withFloats { floats.baseAddress!.update(from: $0.baseAddress!, count: used) }
      }
    }
    self.capacity = capacity
    count = other.count
    keys = other.keys.map(copy)
    values = other.values.map(copy)
    convolved = other.convolved.map { $0.map(copy) }
  }

  /// Forgets all but the first `count` tokens.
  public func truncate(to count: Int) { self.count = min(self.count, max(count, 0)) }

  /// Stores a layer's new keys and values [1, time, keyHeads, headWidth]; returns all of them so far.
  func extend(layer: Int, keys newKeys: Tensor, values newValues: Tensor) -> (
    keys: Tensor, values: Tensor
  ) {
    precondition(newKeys.shape[0] == 1)
    let time = newKeys.shape[1]
    store(layer: layer, rows: 0..<time, of: newKeys, newValues)
    func all(_ held: Tensor) -> Tensor {
      held.leading(count + time).reshaped([1, count + time, held.shape[1], held.shape[2]])
    }
    return (all(keys[layer]), all(values[layer]))
  }

  /// Stores the keys and values of `rows` of a layer's [1, time, keyHeads, headWidth] after those held.
  func store(layer: Int, rows: Range<Int>, of newKeys: Tensor, _ newValues: Tensor) {
    store(rows, of: newKeys, in: keys[layer])
    store(rows, of: newValues, in: values[layer])
  }

  /// Stores `rows` of what a layer's convolution is about to mix, x [1, time, width]; returns up to `reach` rows
  /// before them [1, count, width], nil where there are none.
  func precede(
    layer: Int, _ place: Block.Convolved, rows: Range<Int>, of x: Tensor, reach: Int
  ) -> Tensor? {
    let held = convolved[layer][place.rawValue]
    store(rows, of: x, in: held)
    guard count > 0 else { return nil }
    let first = max(0, count - reach)
    return held.sliced(axis: 0, first..<count).reshaped([1, count - first, held.shape[2]])
  }

  private func store(_ rows: Range<Int>, of new: Tensor, in held: Tensor) {
    precondition(count + rows.count <= capacity, "cache of \(capacity) tokens is full")
    let size = held.shape[1] * held.shape[2]
    new.withFloats { source in
      held.update { floats in
        (floats.baseAddress! + count * size).update(
          from: source.baseAddress! + rows.lowerBound * size, count: rows.count * size)
      }
    }
  }

  /// A layer's keys and values [capacity, keyHeads, headWidth].
  func held(layer: Int) -> (keys: Tensor, values: Tensor) { (keys[layer], values[layer]) }

  func advance(by time: Int) { count += time }
}
