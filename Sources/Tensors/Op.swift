import Synchronization

/// Every differentiable operation, with what its gradient needs besides the inputs.
///
/// `Backward.swift` is one exhaustive switch over it: an operation without a gradient does not compile.
enum Op {
  /// A tensor whose gradient is wanted; it was not computed.
  case leaf
  case add
  case subtract
  case multiply
  case scale(Float)
  /// `inputs`: x, row; the row is added to every row of x.
  case addRow
  case reshape
  /// Swaps the last two axes.
  case transpose
  /// A range of one axis.
  case slice(axis: Int, range: Range<Int>)
  case concatenate(axis: Int)
  case sum
  /// `inputs`: a, b; batched over all axes but the last two.
  case matrixMultiply(transposeLeft: Bool, transposeRight: Bool)
  /// `inputs`: x, matrices; a matrix for every batch entry and head.
  case headwiseProduct(transposed: Bool)
  /// `inputs`: x, weight [out, in], and bias [out] when there is one.
  case linear(Precision)
  /// `inputs`: table.
  case embedding(indices: Tensor)
  case activation(Activation)
  /// `inputs`: gate, up.
  case swiGLU
  /// `inputs`: x, and weight when there is one.
  case rmsNorm(inverse: Tensor)
  /// `inputs`: x, weight, and bias when there is one.
  case layerNorm(mean: Tensor, inverse: Tensor)
  case softmax(probabilities: Tensor)
  case rotary(RotaryTable, positions: Tensor)
  /// `inputs`: query, key, value, and slotKeys, slotValues when there are slots.
  case attention(AttentionForm, Precision, output: Tensor, logSumExp: Tensor)
  /// `inputs`: logits.
  case crossEntropy(SparseTargets, softcap: Float, logSumExp: Tensor)
  /// `inputs`: image, kernels.
  case convolution(ConvolutionGeometry)
  /// `inputs`: x, taps.
  case causalConvolution
  /// `inputs`: queries, keys, values, rate, keep, memory, and inertia, momentum where there are; the result holds what was
  /// read, and then the memory and the momentum.
  case linearMemory(MemoryRule, checkpoints: Tensor)
  /// `inputs`: query, key, value.
  case sparseAttention(chosen: Tensor, scale: Float, output: Tensor, logSumExp: Tensor)
  /// `inputs`: queries, weights and keys of an indexer; the gradients of each are known from the start.
  case indexLesson(gradients: [Tensor])
}

/// How a tracked tensor was computed.
final class Node: @unchecked Sendable {
  let id: Int
  private(set) var op: Op
  private(set) var inputs: [Tensor]
  private(set) var isConsumed = false

  init(_ op: Op, inputs: [Tensor]) {
    id = Node.nextID.add(1, ordering: .relaxed).newValue
    self.op = op
    self.inputs = inputs
  }

  /// Lets go of a chain of operations link by link: releasing it by recursion would overflow the
  /// stack when a long computation is dropped.
  deinit {
    var released = inputs.compactMap(\.node)
    inputs = []
    while var node = released.popLast() {
      guard isKnownUniquelyReferenced(&node) else { continue }
      released += node.inputs.compactMap(\.node)
      node.inputs = []
    }
  }

  var isLeaf: Bool { if case .leaf = op { true } else { false } }

  /// Whether of the gradient of what this operation made only a rounded copy is read, as factors of products.
  var multipliesItsGradient: Bool {
    if case .reshape = op { return inputs[0].node?.multipliesItsGradient ?? false }
    guard case .linear(.bfloat16) = op, Precision.fastest == .bfloat16 else { return false }
    return !inputs[1].isStored
  }

  /// Hands over what the gradient needs and lets go of it, so that memory is freed on the way back.
  func consume() -> Op {
    defer { if !isLeaf { (op, inputs, isConsumed) = (.leaf, [], true) } }
    return op
  }

  /// Creation order is a topological order: an operation is newer than its inputs.
  private static let nextID = Atomic<Int>(0)
}

extension Tensor {
  /// Records `op`, which computed this tensor since `began`, when any input is tracked.
  func recorded(
    _ op: @autoclosure () -> Op, _ inputs: Tensor..., since began: Profile.Instant
  ) -> Tensor {
    recorded(op(), inputs, since: began)
  }

  func recorded(
    _ op: @autoclosure () -> Op, _ inputs: [Tensor], since began: Profile.Instant
  ) -> Tensor {
    if Profile.isOn {
      let op = op()
      Profile.note(Profile.Kind(op.kind), since: began, op.work(inputs, self))
    }
    return computed(by: op(), inputs)
  }

  /// This tensor as what `op` made of `inputs`, when any is tracked.
  func computed(by op: @autoclosure () -> Op, _ inputs: [Tensor]) -> Tensor {
    guard inputs.contains(where: \.isTracked) else { return self }
    return Tensor(
      shape: shape, scalarType: scalarType, storage: storage, node: Node(op(), inputs: inputs))
  }
}
