import CKernels

/// Gradients of leaves, added up over as many backward passes as are run into it.
///
/// One belongs to one worker: it is not shared between threads while passes run.
public final class Gradients {
  private var byLeaf: [Int: Tensor] = [:]

  public init() {}

  /// The gradient collected for `leaf`; nil when nothing has flowed to it.
  public subscript(leaf: Tensor) -> Tensor? { leaf.node.flatMap { byLeaf[$0.id] } }

  /// Puts `gradient` in the place of what has been collected for `leaf`.
  ///
  /// - Precondition: `leaf` is tracked, and the gradient of its shape.
  public func insert(_ gradient: Tensor, for leaf: Tensor) {
    guard let node = leaf.node, node.isLeaf, gradient.shape == leaf.shape else {
      preconditionFailure("a gradient \(gradient.shape) for \(leaf.shape)")
    }
    byLeaf[node.id] = gradient
  }

  /// Forgets every gradient; their memory goes back to the pool.
  public func removeAll() { byLeaf.removeAll(keepingCapacity: true) }

  /// Adds `other`'s gradients to these; what `other` holds stays as it is.
  public func add(_ other: Gradients) {
    for (leaf, gradient) in other.byLeaf {
      guard var own = byLeaf.removeValue(forKey: leaf) else {
        byLeaf[leaf] = gradient
        continue
      }
      let work = Profile.Work(bytes: 3 * Double(gradient.byteCount))
      Profile.measured("sum of gradients", work) {
        own.makeUnique()
        ck_add(own.floats, gradient.floats, own.floats, own.count)
      }
      byLeaf[leaf] = own
    }
  }

  fileprivate func collect(_ gradient: Tensor?, for leaf: Int) { byLeaf[leaf] = gradient }
  fileprivate func take(_ leaf: Int) -> Tensor? { byLeaf.removeValue(forKey: leaf) }
}

extension Tensor {
  /// Carries d(sum of `seed` * self) / d(leaf) to every tracked leaf, adding to `gradients`.
  ///
  /// The recorded computation is consumed on the way, so that its memory is freed as it goes; a second
  /// call on the same tensor finds nothing.
  ///
  /// - Precondition: no other tensor's pass has consumed a part of the computation.
  public func backward(seed: Float = 1, into gradients: Gradients) {
    guard let node, !node.isConsumed else { return }
    let sink = GradientSink(collectingInto: gradients)
    sink.seed(Tensor(repeating: seed, shape: shape), for: node)
    for node in Tensor.newestFirst(from: node) {
      guard let gradient = sink.takeGradient(of: node) else { continue }
      let (op, inputs) = node.consume()
      let began = Profile.now
      Backward.propagate(gradient, through: op, inputs, into: sink)
      Profile.note(
        Profile.Kind(op.kind, isGradient: true), since: began, op.gradientWork(inputs, gradient))
    }
    sink.finish()
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
  private var leaves: Set<Int> = []
  private let collected: Gradients

  init(collectingInto gradients: Gradients) { collected = gradients }

  func seed(_ gradient: Tensor, for node: Node) {
    if node.isLeaf { startLeaf(node) }
    add(gradient, to: node)
  }

  func takeGradient(of node: Node) -> Tensor? { pending.removeValue(forKey: node.id) }

  /// Leaves' gradients go back to the collection, where later passes find and extend them.
  func finish() { for leaf in leaves { collected.collect(pending[leaf], for: leaf) } }

  /// Whether anybody wants the gradient of `input`.
  func wants(_ input: Tensor) -> Bool { input.isTracked }

  /// Gives `input` a gradient that already exists, without copying when it is the first.
  func pass(_ gradient: Tensor, to input: Tensor) {
    guard let node = input.node else { return }
    startLeaf(node)
    add(gradient.shape == input.shape ? gradient : gradient.alias(input.shape), to: node)
  }

  /// Lets `fill` write the gradient of `input`, or add to it when its second argument says so.
  func write(to input: Tensor, _ fill: (_ gradient: Tensor, _ accumulates: Bool) -> Void) {
    guard let node = input.node else { return }
    startLeaf(node)
    if let existing = takeOwned(node) {
      fill(existing, true)
      pending[node.id] = existing
    } else {
      let fresh = Tensor(uninitialized: input.shape)
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
  /// They start from zero in memory of their own: two of the inputs may be one tensor.
  func writeTogether(to inputs: [Tensor], _ fill: (_ gradients: [Tensor?]) -> Void) {
    let gradients = inputs.map { wants($0) ? Tensor.zeros($0.shape) : nil }
    fill(gradients)
    for (input, gradient) in zip(inputs, gradients) {
      if let gradient { pass(gradient, to: input) }
    }
  }

  private func startLeaf(_ node: Node) {
    guard node.isLeaf, leaves.insert(node.id).inserted else { return }
    pending[node.id] = collected.take(node.id)
  }

  private func add(_ gradient: Tensor, to node: Node) {
    guard let existing = takeOwned(node) else {
      pending[node.id] = gradient
      return
    }
    ck_add(existing.floats, gradient.floats, existing.floats, existing.count)
    pending[node.id] = existing
  }

  /// The gradient so far, copied first when somebody else holds its memory.
  private func takeOwned(_ node: Node) -> Tensor? {
    guard var existing = pending.removeValue(forKey: node.id) else { return nil }
    existing.makeUnique()
    return existing
  }
}

extension Tensor {
  /// The same memory under another shape, untracked.
  func alias(_ shape: Shape) -> Tensor {
    Tensor(shape: shape, scalarType: scalarType, storage: storage)
  }

  /// Makes the memory this tensor's own, so that it may be written to: copies it when it is shared.
  mutating func makeUnique() {
    if isKnownUniquelyReferenced(&storage) {
      storage.contentsChanged()
    } else {
      storage = owned().storage
    }
  }
}
