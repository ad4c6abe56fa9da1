import CKernels

/// How a linear memory is written to.
public enum MemoryRule: String, Sendable, Codable, CaseIterable {
  /// What is written is added (Hebb; linear attention, 2006.16236).
  case hebbian
  /// What the key called up before is taken away first (the delta rule; 2102.11174).
  case delta
}

/// What is written to linear memories [batch, keyWidth, heads, valueWidth] and read from them, step by step.
public struct MemorySteps {
  /// [batch, time, heads, keyWidth].
  public var queries, keys: Tensor
  /// [batch, time, heads, valueWidth].
  public var values: Tensor
  /// How much of a step is written, and how much of what was there before is kept, [batch, time, heads].
  public var rate, keep: Tensor
  /// How much of the momentum goes on, [batch, time, heads]; nil where writing has none.
  public var inertia: Tensor?

  public init(
    queries: Tensor, keys: Tensor, values: Tensor, rate: Tensor, keep: Tensor,
    inertia: Tensor? = nil
  ) {
    self.queries = queries
    self.keys = keys
    self.values = values
    self.rate = rate
    self.keep = keep
    self.inertia = inertia
  }
}

/// The matrices of linear memories [batch, keyWidth, heads, valueWidth].
public struct MemoryMatrices {
  public var memory: Tensor
  /// What the last writes go on doing; nil where writing has no momentum.
  public var momentum: Tensor?

  public init(_ memory: Tensor, momentum: Tensor? = nil) {
    self.memory = memory
    self.momentum = momentum
  }
}

extension Tensor {
  /// Writes to linear memories at every step, and reads from them.
  ///
  /// S = inertia S + rate k (v - (keep M)^T k)^T, without the second term of the parenthesis where the rule is Hebbian;
  /// M = keep M + S; the step reads M^T q. Without inertia this is DeltaNet (2406.06484), and where something is
  /// forgotten gated DeltaNet (2412.06464); Hebbian with inertia it is the linear memory of Titans (2501.00663). What is
  /// written in parts, each from the matrices that the one before left, is written as if in one go.
  public static func linearMemory(
    _ steps: MemorySteps, from matrices: MemoryMatrices, rule: MemoryRule = .delta
  ) -> (read: Tensor, matrices: MemoryMatrices) {
    let packed = packedLinearMemory(steps, from: matrices, rule: rule)
    var start = 0
    func next(_ shape: Shape) -> Tensor {
      defer { start += shape.count }
      return packed.sliced(axis: 0, start..<start + shape.count).reshaped(shape)
    }
    let read = next(steps.values.shape)
    let memory = next(matrices.memory.shape)
    return (
      read, MemoryMatrices(memory, momentum: matrices.momentum.map { next($0.shape) })
    )
  }

  /// What was read at every step, and behind it the matrices after the last, as one row: an operation has one result.
  package static func packedLinearMemory(
    _ steps: MemorySteps, from matrices: MemoryMatrices, rule: MemoryRule
  ) -> Tensor {
    let began = Profile.now
    let (keys, values, memory) = (steps.keys, steps.values, matrices.memory)
    let pass = LinearMemoryPass(queries: steps.queries, values: values, rule)
    let (batch, heads) = (pass.form.batch, pass.form.heads)
    precondition(
      keys.shape == steps.queries.shape
        && values.shape.extents.dropLast() == keys.shape.extents.dropLast()
        && steps.rate.shape == Shape(Array(keys.shape.extents.dropLast()))
        && steps.keep.shape == steps.rate.shape
        && memory.shape == [batch, keys.shape[3], heads, values.shape[3]],
      "a linear memory \(memory.shape) of keys \(keys.shape), values \(values.shape), rates "
        + "\(steps.rate.shape)")
    precondition(
      steps.inertia?.shape == matrices.momentum.map { _ in steps.rate.shape }
        && matrices.momentum.map { $0.shape == memory.shape } ?? true,
      "inertia \(steps.inertia?.shape ?? []) and momentum \(matrices.momentum?.shape ?? [])")
    let moves = matrices.momentum != nil
    let packed = Tensor(uninitialized: [values.count + (moves ? 2 : 1) * memory.count])
    let checkpoints = Tensor(uninitialized: pass.checkpointsShape(moves: moves))
    let scratch = Tensor(
      uninitialized: [(moves ? 2 : 1) * pass.form.keyWidth * pass.form.valueWidth])
    let last = packed.floats + values.count
    ck_linear_memory(
      pass.form, steps.queries.floats, keys.floats, values.floats, steps.rate.floats,
      steps.keep.floats, steps.inertia?.floats, memory.floats, matrices.momentum?.floats,
      packed.floats, last, moves ? last + memory.count : nil, checkpoints.floats, scratch.floats)
    var inputs = [steps.queries, keys, values, steps.rate, steps.keep, memory]
    if let inertia = steps.inertia, let momentum = matrices.momentum {
      inputs += [inertia, momentum]
    }
    return packed.recorded(.linearMemory(rule, checkpoints: checkpoints), inputs, since: began)
  }
}

/// The sizes of a linear memory's operands.
struct LinearMemoryPass {
  /// The gradient computes the matrices of a chunk of steps again, from the one that was kept at its start.
  static let chunk = 16

  let form: ck_memory_shape

  init(queries: Tensor, values: Tensor, _ rule: MemoryRule) {
    precondition(
      queries.shape.rank == 4 && values.shape.rank == 4,
      "a linear memory of queries \(queries.shape), values \(values.shape)")
    form = ck_memory_shape(
      batch: queries.shape[0], time: queries.shape[1], heads: queries.shape[2],
      keyWidth: queries.shape[3], valueWidth: values.shape[3], chunk: Self.chunk,
      erases: rule == .delta)
  }

  func checkpointsShape(moves: Bool) -> Shape {
    let chunks = (form.time + form.chunk - 1) / form.chunk
    return [form.batch, form.heads, chunks, moves ? 2 : 1, form.keyWidth, form.valueWidth]
  }

  /// Adds to the gradients of the operation's inputs.
  func backward(_ inputs: [Tensor], checkpoints: Tensor, gradient: Tensor, into gradients: [Tensor])
  {
    let (chunk, width) = (form.chunk, form.valueWidth)
    let moves = inputs.count > 6
    let scratch = Tensor(
      uninitialized: [(chunk + 2) * ((moves ? 2 : 1) * form.keyWidth + 1) * width])
    let last = gradient.floats + inputs[2].count
    ck_linear_memory_backward(
      form, inputs[0].floats, inputs[1].floats, inputs[2].floats, inputs[3].floats,
      inputs[4].floats, moves ? inputs[6].floats : nil, checkpoints.floats, gradient.floats, last,
      moves ? last + inputs[5].count : nil, gradients[0].floats, gradients[1].floats,
      gradients[2].floats, gradients[3].floats, gradients[4].floats,
      moves ? gradients[6].floats : nil, gradients[5].floats, moves ? gradients[7].floats : nil,
      scratch.floats)
  }
}
