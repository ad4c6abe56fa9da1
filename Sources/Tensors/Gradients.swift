import CKernels

/// What tells a leaf from all others: the same for every copy of the tensor.
public struct Leaf: Hashable, Sendable {
  fileprivate let id: Int
}

/// Hears of a leaf's gradient when nothing is added to it any more; on any thread.
public typealias GradientListener = @Sendable (_ gradient: Tensor, _ leaf: Leaf) -> Void

/// Gradients of leaves, added up over as many backward passes as are run into it.
///
/// One belongs to one worker: it is not shared between threads while passes run.
public final class Gradients {
  private var byLeaf: [Leaf: Tensor] = [:]

  public init() {}

  /// The leaves to which something has flowed.
  public var leaves: [Leaf] { Array(byLeaf.keys) }

  /// The gradient collected for `leaf`; nil when nothing has flowed to it.
  public subscript(leaf: Tensor) -> Tensor? { leaf.leaf.flatMap { byLeaf[$0] } }

  /// Puts `gradient` in the place of what has been collected for `leaf`.
  ///
  /// - Precondition: `leaf` is tracked, and the gradient of its shape.
  public func insert(_ gradient: Tensor, for leaf: Tensor) {
    guard let key = leaf.leaf, gradient.shape == leaf.shape else {
      preconditionFailure("a gradient \(gradient.shape) for \(leaf.shape)")
    }
    byLeaf[key] = gradient
  }

  /// Removes and returns what has been collected for `leaf`.
  public func take(_ leaf: Leaf) -> Tensor? { byLeaf.removeValue(forKey: leaf) }

  /// Forgets every gradient; their memory goes back to the pool.
  public func removeAll() { byLeaf.removeAll(keepingCapacity: true) }

  /// Adds `gradient` to what has been collected for `leaf`; it stays as it is.
  public func add(_ gradient: Tensor, for leaf: Leaf) {
    var sum = byLeaf.removeValue(forKey: leaf)
    if sum == nil { sum = gradient } else { sum!.accumulate(gradient) }
    byLeaf[leaf] = sum
  }

  fileprivate func collect(_ gradient: Tensor?, for leaf: Leaf) { byLeaf[leaf] = gradient }
}

extension Tensor {
  /// What tells this tensor from other leaves; nil of one that is none.
  public var leaf: Leaf? { node.flatMap { $0.isLeaf ? Leaf(id: $0.id) : nil } }

  /// Carries d(sum of `seed` * self) / d(leaf) to every tracked leaf, adding to `gradients`.
  ///
  /// The recorded computation is consumed on the way, so that its memory is freed as it goes; a second
  /// call on the same tensor finds nothing.
  ///
  /// `whenFinal` is called for every leaf of the computation as soon as this pass has nothing more to add to its gradient: it is in
  /// `gradients` then, if anything has flowed to the leaf.
  ///
  /// - Precondition: no other tensor's pass has consumed a part of the computation.
  public func backward(
    seed: Float = 1, into gradients: Gradients, whenFinal: ((Leaf) -> Void)? = nil
  ) {
    guard let node, !node.isConsumed else { return }
    let sink = GradientSink(collectingInto: gradients)
    sink.seed(Tensor(repeating: seed, shape: shape), for: node)
    let nodes = Tensor.newestFirst(from: node)
    var uses = whenFinal == nil ? [:] : Tensor.leafUses(of: nodes)
    for node in nodes {
      let inputs = node.inputs
      if let gradient = sink.takeGradient(of: node) {
        let op = node.consume()
        let began = Profile.now
        Backward.propagate(gradient, through: op, inputs, into: sink)
        Profile.note(
          Profile.Kind(op.kind, isGradient: true), since: began, op.gradientWork(inputs, gradient))
      }
      guard let whenFinal else { continue }
      for leaf in inputs.compactMap(\.leaf) {
        uses[leaf]! -= 1
        guard uses[leaf] == 0 else { continue }
        sink.finish(leaf)
        whenFinal(leaf)
      }
    }
    sink.finish()
  }

  /// How often each leaf is an input of the operations.
  private static func leafUses(of nodes: [Node]) -> [Leaf: Int] {
    nodes.reduce(into: [:]) { uses, node in
      for leaf in node.inputs.compactMap(\.leaf) { uses[leaf, default: 0] += 1 }
    }
  }

  /// Every operation that `root` depends on, newest first: each comes before its inputs.
  private static func newestFirst(from root: Node) -> [Node] {
    var seen: Set<Int> = [root.id]
    var pending = [root]
    var nodes: [Node] = []
    while let node = pending.popLast() {
      if !node.isLeaf { nodes.append(node) }
      for input in node.inputs {
        guard let next = input.node, seen.insert(next.id).inserted else { continue }
        precondition(!next.isConsumed, "backward through what an earlier pass has consumed")
        pending.append(next)
      }
    }
    return nodes.sorted { $0.id > $1.id }
  }
}

/// Where a backward pass puts gradients: those under way, and those of leaves.
final class GradientSink {
  private var pending: [Int: Tensor] = [:]
  private var leaves: Set<Leaf> = []
  private let collected: Gradients

  init(collectingInto gradients: Gradients) { collected = gradients }

  func seed(_ gradient: Tensor, for node: Node) {
    if node.isLeaf { startLeaf(node) }
    add(gradient, to: node)
  }

  func takeGradient(of node: Node) -> Tensor? { pending.removeValue(forKey: node.id) }

  /// Leaves' gradients go back to the collection, where later passes find and extend them.
  func finish() { for leaf in leaves { finish(leaf) } }

  /// The same of one to which nothing flows any more.
  func finish(_ leaf: Leaf) {
    guard leaves.remove(leaf) != nil else { return }
    collected.collect(pending.removeValue(forKey: leaf.id), for: leaf)
  }

  /// Whether anybody wants the gradient of `input`.
  func wants(_ input: Tensor) -> Bool { input.isTracked }

  /// Gives `input` a gradient that already exists, without copying when it is the first.
  func pass(_ gradient: Tensor, to input: Tensor) {
    guard let node = input.node else { return }
    startLeaf(node)
    add(gradient.shape == input.shape ? gradient : gradient.alias(input.shape), to: node)
  }

  /// Lets `fill` write the gradient of `input`, or add to it when its second argument says so.
  ///
  /// With `roundedIfMultiplied` the gradient is in bfloat16 where products in bfloat16 are all that reads it; then there is nothing
  /// to add to.
  func write(
    to input: Tensor, roundedIfMultiplied: Bool = false,
    _ fill: (_ gradient: Tensor, _ accumulates: Bool) -> Void
  ) {
    guard let node = input.node else { return }
    startLeaf(node)
    if let existing = takeOwned(node) {
      fill(existing, true)
      pending[node.id] = existing
    } else {
      let isRounded = roundedIfMultiplied && node.multipliesItsGradient
      let fresh = Tensor(
        uninitialized: input.shape, scalarType: isRounded ? .bfloat16 : .float32)
      fill(fresh, false)
      pending[node.id] = fresh
    }
  }

  /// Like ``write(to:_:)``, but calls `fill` even when nobody wants this one of its results.
  func write(toOrDiscard input: Tensor, _ fill: (_ gradient: Tensor, _ accumulates: Bool) -> Void) {
    if wants(input) {
      write(to: input, fill)
    } else {
      fill(Tensor(uninitialized: input.shape), false)
    }
  }

  /// A gradient of `input` that may be added to; nil when nobody wants it.
  func accumulator(for input: Tensor) -> Tensor? {
    guard let node = input.node else { return nil }
    startLeaf(node)
    let gradient = takeOwned(node) ?? .zeros(input.shape)
    pending[node.id] = gradient
    return gradient
  }

  /// Lets `fill` add to the gradients of several inputs at once, nil where nobody wants one.
  ///
  /// They start from zero in memory of their own: two of the inputs may be one tensor. Those of the first `roundable` inputs are
  /// written instead, in bfloat16, where products in bfloat16 are all that reads them.
  func writeTogether(
    to inputs: [Tensor], roundingFirst roundable: Int = 0, _ fill: (_ gradients: [Tensor?]) -> Void
  ) {
    let gradients = inputs.enumerated().map { index, input -> Tensor? in
      guard let node = input.node else { return nil }
      return index < roundable && node.multipliesItsGradient && pending[node.id] == nil
        ? Tensor(uninitialized: input.shape, scalarType: .bfloat16) : .zeros(input.shape)
    }
    fill(gradients)
    for (input, gradient) in zip(inputs, gradients) {
      if let gradient { pass(gradient, to: input) }
    }
  }

  private func startLeaf(_ node: Node) {
    guard node.isLeaf, leaves.insert(Leaf(id: node.id)).inserted else { return }
    pending[node.id] = collected.take(Leaf(id: node.id))
  }

  private func add(_ gradient: Tensor, to node: Node) {
    guard let existing = takeOwned(node) else {
      pending[node.id] = gradient
      return
    }
    ck_add(existing.floats, gradient.float32().floats, existing.floats, existing.count)
    pending[node.id] = existing
  }

  /// The gradient so far, wide enough to be added to, and copied first when somebody else holds its memory.
  private func takeOwned(_ node: Node) -> Tensor? {
    guard var existing = pending.removeValue(forKey: node.id)?.float32() else { return nil }
    existing.makeUnique()
    return existing
  }
}

extension Tensor {
  /// The same memory under another shape, untracked.
  func alias(_ shape: Shape) -> Tensor {
    Tensor(shape: shape, scalarType: scalarType, storage: storage)
  }

  /// Adds a gradient of the same shape to this one, in its place where nobody else has it.
  public mutating func accumulate(_ other: Tensor) {
    precondition(shape == other.shape && !isTracked, "a gradient \(other.shape) for \(shape)")
    Profile.measured("sum of gradients", Profile.Work(bytes: 3 * Double(other.byteCount))) {
      makeUnique()
      ck_add(floats, other.floats, floats, count)
    }
  }

  /// Makes the memory this tensor's own, so that it may be written to: copies it when it is shared.
  mutating func makeUnique() {
    if isKnownUniquelyReferenced(&storage) {
      storage.contentsChanged()
    } else {
      storage = Profile.measured(Profile.gradientCopy, Profile.Work(bytes: 2 * Double(byteCount))) {
        owned().storage
      }
    }
  }
}
