import Tensors

extension OperationCatalog {
  /// Both rules, over lengths that do not divide a chunk; what is read, and what is left at the end.
  static func linearMemory(_ size: Size) -> [OperationCase] {
    let forms: [(batch: Int, time: Int, heads: Int, keyWidth: Int, valueWidth: Int)] = size.pick(
      test: [(2, 19, 2, 5, 7), (1, 1, 1, 3, 17), (1, 33, 1, 4, 16)],
      benchmark: [(8, 256, 6, 64, 64)])
    return forms.flatMap { form in
      MemoryRule.allCases.flatMap { rule in
        [false, true].map { linearMemory(form, rule, moves: $0) }
      }
    }
  }

  private static func linearMemory(
    _ form: (batch: Int, time: Int, heads: Int, keyWidth: Int, valueWidth: Int),
    _ rule: MemoryRule, moves: Bool
  ) -> OperationCase {
    let steps: Shape = [form.batch, form.time, form.heads]
    let keys = Shape(steps.extents + [form.keyWidth])
    let values = Shape(steps.extents + [form.valueWidth])
    let memory: Shape = [form.batch, form.keyWidth, form.heads, form.valueWidth]
    return OperationCase(
      "linearMemory.\(rule.rawValue)\(moves ? ".momentum" : "")",
      [
        .floats(keys), .floats(keys, in: -0.6...0.6), .floats(values),
        .floats(steps, in: 0.2...0.9), .floats(steps, in: 0.7...1), .floats(memory),
      ] + (moves ? [.floats(steps, in: 0.1...0.5), .floats(memory, in: -0.3...0.3)] : []),
      flops: (moves ? 8 : 7) * keys.count * form.valueWidth
    ) {
      .packedLinearMemory(
        MemorySteps(
          queries: $0[0], keys: $0[1], values: $0[2], rate: $0[3], keep: $0[4],
          inertia: moves ? $0[6] : nil),
        from: MemoryMatrices($0[5], momentum: moves ? $0[7] : nil), rule: rule)
    } reference: {
      .linearMemory($0, rule)
    }
  }
}

extension ReferenceArray {
  /// What is read at every step, and behind it the memory and its momentum.
  fileprivate static func linearMemory(
    _ inputs: [ReferenceArray], _ rule: MemoryRule
  ) -> ReferenceArray {
    let (q, k, v, rate, keep, initial) = (
      inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5]
    )
    let (batch, time, heads) = (k.shape[0], k.shape[1], k.shape[2])
    let (rows, width) = (k.shape[3], v.shape[3])
    let moves = inputs.count > 6
    var (out, last, lastPace) = (
      ReferenceArray(v.shape), ReferenceArray(initial.shape), ReferenceArray(initial.shape)
    )
    for b in 0..<batch {
      for h in 0..<heads {
        for j in 0..<width {
          var memory = (0..<rows).map { initial[b, $0, h, j] }
          var pace = (0..<rows).map { moves ? inputs[7][b, $0, h, j] : 0 }
          for t in 0..<time {
            memory = memory.map { $0 * keep[b, t, h] }
            var error = v[b, t, h, j]
            if rule == .delta { for i in 0..<rows { error -= k[b, t, h, i] * memory[i] } }
            for i in 0..<rows {
              pace[i] *= moves ? inputs[6][b, t, h] : 0
              pace[i] += rate[b, t, h] * k[b, t, h, i] * error
              memory[i] += pace[i]
              out[b, t, h, j] += q[b, t, h, i] * memory[i]
            }
          }
          for i in 0..<rows {
            last[b, i, h, j] = memory[i]
            lastPace[b, i, h, j] = pace[i]
          }
        }
      }
    }
    let ends = last.values + (moves ? lastPace.values : [])
    return ReferenceArray([v.count + ends.count], values: out.values + ends)
  }
}
