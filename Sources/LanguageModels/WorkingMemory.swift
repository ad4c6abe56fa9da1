import Foundation
import Layers
import Tensors

/// Working memory: what a core holds of one context.
///
/// Of attention the keys and values of every token, all directly accessible, and the rows that short convolutions look
/// back on; of layers with memories a state, which is of one size and cannot be cut.
public final class WorkingMemory {
  /// The number of tokens held.
  public private(set) var count = 0
  /// The most it can hold.
  public let capacity: Int
  // [capacity, keyHeads, headWidth] per layer; none where layers hold states
  private let keys, values: [Tensor]
  // [capacity, 1, headWidth] per layer; none where nothing is chosen
  private let indexKeys: [Tensor]
  // [capacity, 1, width] per layer and place of a convolution; of all tokens, so that a context can be cut anywhere
  private let convolved: [[Tensor]]
  private var states: States
  /// States at earlier ends of passes, the oldest first.
  private var earlier: [(count: Int, states: States)] = []

  /// What is of one size however much was read.
  private struct States {
    /// Per layer; nil where nothing was read.
    var memories: [MemoryState?]
    /// The rows that a convolution looks back on next, [1, rows, width], per layer and place.
    var preceding: [[Tensor?]]
  }

  /// How many earlier states are held: one for every turn that a conversation may go back.
  private static let mostEarlier = 8

  /// An empty memory for up to `capacity` tokens of `configuration`'s contexts; as many as half of the machine's memory holds
  /// when nil.
  public init(_ configuration: TransformerConfiguration, capacity: Int? = nil) {
    self.capacity = min(
      capacity ?? Self.fittingCapacity(of: configuration), configuration.contextLength)
    let shape: Shape = [
      self.capacity, configuration.keyHeadCount, configuration.headWidth,
    ]
    // Rows are read only once they are held: a context of a hundred thousand tokens costs memory as it fills.
    func unfilled(_ shape: Shape) -> Tensor { Tensor(shape: shape) { _ in } }
    let layers = 0..<configuration.layerCount
    let holdsStates = configuration.memory != nil
    keys = holdsStates ? [] : layers.map { _ in unfilled(shape) }
    values = holdsStates ? [] : layers.map { _ in unfilled(shape) }
    let indexed: Shape = [self.capacity, 1, configuration.headWidth]
    indexKeys = configuration.indexer == nil ? [] : layers.map { _ in unfilled(indexed) }
    let rows: Shape = [self.capacity, 1, configuration.width]
    convolved = layers.map { _ in
      configuration.convolutionTaps == nil || holdsStates
        ? [] : Block.Convolved.allCases.map { _ in unfilled(rows) }
    }
    states = States(
      memories: holdsStates ? layers.map { _ in nil } : [],
      preceding: holdsStates ? layers.map { _ in Block.Convolved.allCases.map { _ in nil } } : [])
  }

  /// Models state contexts of a million tokens, which few machines hold.
  private static func fittingCapacity(of configuration: TransformerConfiguration) -> Int {
    let bytes = Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)
    return max(bytes / max(configuration.cacheBytesPerToken, 1), 1)
  }

  /// A memory for up to `capacity` tokens that holds what `other` holds, or its first tokens, in memory of its own.
  ///
  /// - Precondition: that fits.
  public convenience init(
    copying other: WorkingMemory, upTo count: Int? = nil, capacity: Int
  ) {
    self.init(copying: other, rows: min(count ?? other.count, other.count), capacity: capacity)
    if let count { truncate(to: count) }
  }

  private init(copying other: WorkingMemory, rows: Int, capacity: Int) {
    // States are as long as they are, wherever they were cut.
    let rows = other.holdsStates ? other.count : rows
    precondition(rows <= capacity, "\(rows) tokens in a memory of \(capacity)")
    func copy(_ held: Tensor) -> Tensor {
      Tensor(shape: [capacity, held.shape[1], held.shape[2]]) { floats in
        let used = rows * held.shape[1] * held.shape[2]
        held.withFloats { floats.baseAddress!.update(from: $0.baseAddress!, count: used) }
      }
    }
    self.capacity = capacity
    count = rows
    keys = other.keys.map(copy)
    values = other.values.map(copy)
    indexKeys = other.indexKeys.map(copy)
    convolved = other.convolved.map { $0.map(copy) }
    // States are never changed in place.
    states = other.states
    earlier = other.earlier
  }

  /// What is held of every token, by name, [capacity, heads, width] each.
  var tensorsByName: [(name: String, tensor: Tensor)] {
    func named(_ name: String, _ tensors: [Tensor]) -> [(name: String, tensor: Tensor)] {
      tensors.enumerated().map { ("\(name).\($0)", $1) }
    }
    return named("keys", keys) + named("values", values) + named("index", indexKeys)
      + convolved.enumerated().flatMap { named("convolved.\($0)", $1) }
  }

  /// Whether it can be cut only where a pass ended.
  var holdsStates: Bool { !states.memories.isEmpty }

  /// Bytes that the states of this context occupy, whatever its length.
  public var stateByteCount: Int {
    states.memories.reduce(0) { $0 + ($1?.byteCount ?? 0) }
      + states.preceding.joined().reduce(0) {
        $0 + ($1?.count ?? 0) * MemoryLayout<Float>.size
      }
  }

  /// Forgets all but the first `count` tokens, or fewer: where layers hold states, it can only go back to one that it has
  /// kept.
  ///
  /// Returns how many tokens are held now; what is missing up to `count` is to be read again.
  @discardableResult
  public func truncate(to count: Int) -> Int {
    let wanted = min(self.count, max(count, 0))
    guard holdsStates, wanted < self.count else {
      self.count = wanted
      return wanted
    }
    earlier.removeAll { $0.count > wanted }
    if let last = earlier.last {
      (self.count, states) = (last.count, last.states)
    } else {
      self.count = 0
      states.memories = states.memories.map { _ in nil }
      states.preceding = states.preceding.map { $0.map { _ in nil } }
    }
    return self.count
  }

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

  /// Stores an indexer's keys of `rows` of [1, time, headWidth] after those held; returns all of them so far.
  func extendIndex(layer: Int, keys newKeys: Tensor, rows: Range<Int>) -> Tensor {
    let held = indexKeys[layer]
    store(rows, of: newKeys, in: held)
    let total = count + rows.count
    return held.leading(total).reshaped([1, total, held.shape[2]])
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
    guard !holdsStates else {
      let before = states.preceding[layer][place.rawValue]
      let new = x.sliced(axis: 1, rows)
      let all = before.map { .concatenated([$0, new], axis: 1) } ?? new
      let length = all.shape[1]
      states.preceding[layer][place.rawValue] =
        all.sliced(axis: 1, max(0, length - reach)..<length).detached()
      return before
    }
    let held = convolved[layer][place.rawValue]
    store(rows, of: x, in: held)
    guard count > 0 else { return nil }
    let first = max(0, count - reach)
    return held.sliced(axis: 0, first..<count).reshaped([1, count - first, held.shape[2]])
  }

  /// Lets a layer's memory read rows x [1, time, width] that continue what it has read.
  func remember(_ x: Tensor, by memory: any RecurrentLayer, layer: Int) -> Tensor {
    precondition(count + x.shape[1] <= capacity, "a memory of \(capacity) tokens is full")
    var state = states.memories[layer] ?? memory.initialState(batch: 1)
    let read = memory(x, continuing: &state)
    states.memories[layer] = state.detached()
    return read
  }

  private func store(_ rows: Range<Int>, of new: Tensor, in held: Tensor) {
    precondition(count + rows.count <= capacity, "a memory of \(capacity) tokens is full")
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

  func advance(by time: Int) {
    count += time
    // Of single tokens there are too many to keep what was before each.
    if holdsStates && time > 1 {
      earlier.append((count, states))
      earlier.removeFirst(max(0, earlier.count - Self.mostEarlier))
    }
  }
}
