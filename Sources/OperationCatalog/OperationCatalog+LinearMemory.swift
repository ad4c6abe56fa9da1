import Tensors

extension OperationCatalog {
  /// Both rules, over lengths that do not divide a chunk; what is read, and what is left at the end.
  static func linearMemory(_ size: Size) -> [OperationCase] {
    let forms: [(batch: Int, time: Int, heads: Int, keyWidth: Int, valueWidth: Int)] = size.pick(
      test: [(2, 19, 2, 5, 7), (1, 1, 1, 3, 17), (1, 33, 1, 4, 16)],
      benchmark: [(8, 256, 6, 64, 64)])
    return forms.flatMap { form in
      MemoryRule.allCases.map { rule in
        let steps: Shape = [form.batch, form.time, form.heads]
        let keys = Shape(steps.extents + [form.keyWidth])
        let values = Shape(steps.extents + [form.valueWidth])
        return OperationCase(
          "linearMemory.\(rule.rawValue)",
          [
            .floats(keys), .floats(keys, in: -0.6...0.6), .floats(values),
            .floats(steps, in: 0.2...0.9), .floats(steps, in: 0.7...1),
            .floats([form.batch, form.keyWidth, form.heads, form.valueWidth]),
          ],
          flops: 7 * keys.count * form.valueWidth
        ) {
          .packedLinearMemory(
            queries: $0[0], keys: $0[1], values: $0[2], rate: $0[3], keep: $0[4], memory: $0[5],
            rule: rule)
        } reference: {
          .linearMemory($0, rule)
        }
      }
    }
  }
}

extension ReferenceArray {
  /// What is read at every step, and behind it the memory.
  fileprivate static func linearMemory(
    _ inputs: [ReferenceArray], _ rule: MemoryRule
  ) -> ReferenceArray {
    let (q, k, v, rate, keep, initial) = (
      inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5]
    )
    let (batch, time, heads) = (k.shape[0], k.shape[1], k.shape[2])
    let (rows, width) = (k.shape[3], v.shape[3])
    var (out, last) = (ReferenceArray(v.shape), ReferenceArray(initial.shape))
    for b in 0..<batch {
      for h in 0..<heads {
        for j in 0..<width {
          var memory = (0..<rows).map { initial[b, $0, h, j] }
          for t in 0..<time {
            memory = memory.map { $0 * keep[b, t, h] }
            var error = v[b, t, h, j]
            if rule == .delta { for i in 0..<rows { error -= k[b, t, h, i] * memory[i] } }
            for i in 0..<rows {
              memory[i] += rate[b, t, h] * k[b, t, h, i] * error
              out[b, t, h, j] += q[b, t, h, i] * memory[i]
            }
          }
          for i in 0..<rows { last[b, i, h, j] = memory[i] }
        }
      }
    }
    return ReferenceArray([v.count + initial.count], values: out.values + last.values)
  }
}
