import CKernels

/// How a linear memory is written to.
public enum MemoryRule: String, Sendable, CaseIterable {
  /// What is written is added (Hebb; linear attention, 2006.16236).
  case hebbian
  /// What the key called up before is taken away first (the delta rule; 2102.11174).
  case delta
}

extension Tensor {
  /// Writes to a linear memory at every step, and reads from it.
  ///
  /// S = keep S + rate k (v - (keep S)^T k)^T, without the second term of the parenthesis where the rule is Hebbian; the
  /// step reads S^T q. Queries and keys [batch, time, heads, keyWidth], values [batch, time, heads, valueWidth], `rate` and
  /// `keep` [batch, time, heads] (of DeltaNet, 2406.06484, `keep` is 1; gated, 2412.06464, it forgets). `memory` is S before
  /// the first step and `memory` of the result S after the last, [batch, keyWidth, heads, valueWidth]: what is written in
  /// parts is written as if in one go.
  public static func linearMemory(
    queries: Tensor, keys: Tensor, values: Tensor, rate: Tensor, keep: Tensor, memory: Tensor,
    rule: MemoryRule = .delta
  ) -> (read: Tensor, memory: Tensor) {
    let packed = packedLinearMemory(
      queries: queries, keys: keys, values: values, rate: rate, keep: keep, memory: memory,
      rule: rule)
    return (
      packed.sliced(axis: 0, 0..<values.count).reshaped(values.shape),
      packed.sliced(axis: 0, values.count..<packed.count).reshaped(memory.shape)
    )
  }

  /// What was read at every step, and behind it the memory after the last, as one row: an operation has one result.
  package static func packedLinearMemory(
    queries: Tensor, keys: Tensor, values: Tensor, rate: Tensor, keep: Tensor, memory: Tensor,
    rule: MemoryRule
  ) -> Tensor {
    let pass = LinearMemoryPass(queries: queries, values: values, rule)
    let (batch, heads) = (pass.form.batch, pass.form.heads)
    precondition(
      keys.shape == queries.shape
        && values.shape.extents.dropLast() == keys.shape.extents.dropLast()
        && rate.shape == Shape(Array(keys.shape.extents.dropLast())) && keep.shape == rate.shape
        && memory.shape == [batch, keys.shape[3], heads, values.shape[3]],
      "a linear memory \(memory.shape) of keys \(keys.shape), values \(values.shape), rates "
        + "\(rate.shape)")
    let packed = Tensor(uninitialized: [values.count + memory.count])
    let checkpoints = Tensor(uninitialized: pass.checkpointsShape)
    let scratch = Tensor(uninitialized: [pass.form.keyWidth * pass.form.valueWidth])
    ck_linear_memory(
      pass.form, queries.floats, keys.floats, values.floats, rate.floats, keep.floats,
      memory.floats, packed.floats, packed.floats + values.count, checkpoints.floats,
      scratch.floats)
    return packed.recorded(
      .linearMemory(rule, checkpoints: checkpoints), queries, keys, values, rate, keep, memory)
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

  var checkpointsShape: Shape {
    let chunks = (form.time + form.chunk - 1) / form.chunk
    return [form.batch, form.heads, chunks, form.keyWidth, form.valueWidth]
  }

  /// Adds to the gradients of queries, keys, values, rate, keep and the memory at the beginning.
  func backward(_ inputs: [Tensor], checkpoints: Tensor, gradient: Tensor, into gradients: [Tensor])
  {
    let (chunk, width) = (form.chunk, form.valueWidth)
    let scratch = Tensor(uninitialized: [(chunk + 2) * (form.keyWidth + 1) * width])
    ck_linear_memory_backward(
      form, inputs[0].floats, inputs[1].floats, inputs[2].floats, inputs[3].floats,
      inputs[4].floats, checkpoints.floats, gradient.floats, gradient.floats + inputs[2].count,
      gradients[0].floats, gradients[1].floats, gradients[2].floats, gradients[3].floats,
      gradients[4].floats, gradients[5].floats, scratch.floats)
  }
}
