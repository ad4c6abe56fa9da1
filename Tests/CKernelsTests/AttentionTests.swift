import CKernels
import Testing

@Suite struct AttentionTests {
  /// One problem in both precisions.
  struct Problem {
    var shape: ck_attention_shape
    var query, key, value, slotKeys, slotValues, gradOut: [Float]
    var reference: AttentionReference

    init(
      queries: Int, keys: Int, slots: Int = 0, heads: Int = 1, keyHeads: Int = 1, width: Int,
      spareStride: Int = 0, causal: Bool = true, seed: UInt64 = 16
    ) {
      var numbers = SeededNumbers(seed)
      let keyStride = keyHeads * width + spareStride
      shape = ck_attention_shape(
        queries: queries, keys: keys, slots: slots, heads: heads, keyHeads: keyHeads, width: width,
        keyStride: keyStride, slotStride: keyHeads * width, scale: 0.3, causal: causal,
        window: 0, softcap: 0, rounded: false)
      query = numbers.floats(queries * heads * width, in: -2...2)
      key = numbers.floats(keys * keyStride, in: -2...2)
      value = numbers.floats(keys * keyStride)
      slotKeys = numbers.floats(slots * keyHeads * width, in: -2...2)
      slotValues = numbers.floats(slots * keyHeads * width)
      gradOut = numbers.floats(queries * heads * width)
      reference = AttentionReference(
        queries: queries, keys: keys, slots: slots, heads: heads, keyHeads: keyHeads, width: width,
        keyStride: keyStride, scale: Double(Float(0.3)), causal: causal, query: query.doubles,
        key: key.doubles, value: value.doubles, slotKeys: slotKeys.doubles,
        slotValues: slotValues.doubles)
    }

    /// The kernel's output and log-sum-exp, with scratch that would show a use of what is stale.
    func forward() -> (out: [Float], logSumExp: [Float]) {
      var logSumExp: [Float] = []
      let out = written(query.count) { out in
        logSumExp = written(shape.heads * shape.queries) { logSums in
          _ = written(ck_attention_scratch(shape)) {
            ck_attention(
              shape, query, key, value, slots(slotKeys), slots(slotValues), out, logSums, $0)
          }
        }
      }
      return (out, logSumExp)
    }

    func slots(_ array: [Float]) -> [Float]? { shape.slots == 0 ? nil : array }
  }

  static let problems: [Problem] = [
    Problem(queries: 1, keys: 1, width: 1),
    Problem(queries: 1, keys: 300, slots: 3, heads: 4, keyHeads: 2, width: 20, spareStride: 5),
    Problem(queries: 3, keys: 17, slots: 1, heads: 2, width: 16),
    Problem(queries: 4, keys: 63, heads: 2, keyHeads: 2, width: 64, causal: false),
    Problem(queries: 5, keys: 5, width: 8),
    Problem(queries: 16, keys: 16, slots: 16, heads: 2, keyHeads: 2, width: 16),
    Problem(queries: 17, keys: 40, slots: 5, heads: 4, keyHeads: 2, width: 24, spareStride: 7),
    Problem(queries: 63, keys: 63, slots: 33, heads: 2, width: 64),
    Problem(queries: 63, keys: 200, slots: 2, heads: 3, width: 65, causal: false),
    Problem(queries: 130, keys: 257, heads: 2, keyHeads: 2, width: 48, spareStride: 16),
    Problem(queries: 257, keys: 257, slots: 7, heads: 2, keyHeads: 1, width: 32),
    Problem(queries: 6, keys: 2500, slots: 1, width: 9),
    Problem(queries: 50, keys: 20, slots: 1, width: 12),
    Problem(queries: 50, keys: 20, width: 130),
    Problem(queries: 9, keys: 0, slots: 4, width: 16),
  ]

  @Test(arguments: vectorUnits) func forward(unit: String) {
    withVectorUnit(unit) {
      for problem in Self.problems {
        let expected = problem.reference.forward()
        let (out, logSumExp) = problem.forward()
        expectClose(out, expected.out, tolerance: 5e-6, "out of \(problem.shape)")
        for (found, wanted) in zip(logSumExp, expected.logSumExp) {
          #expect(
            Double(found) == wanted || abs(Double(found) - wanted) < 1e-5, "\(problem.shape)")
        }
      }
    }
  }

  @Test(arguments: vectorUnits) func backward(unit: String) {
    withVectorUnit(unit) {
      for problem in Self.problems {
        let expected = problem.reference.backward(problem.gradOut.doubles)
        let found = gradients(problem)
        let label = "\(problem.shape)"
        // Everything was accumulated on a half.
        func check(_ x: [Float], _ y: [Double], _ name: String) {
          expectClose(x, y.map { $0 + 0.5 }, tolerance: 2e-5, "\(name) of \(label)")
        }
        check(found.query, expected.query, "query")
        check(found.key, expected.key, "key")
        check(found.value, expected.value, "value")
        check(found.slotKeys, expected.slotKeys, "slotKeys")
        check(found.slotValues, expected.slotValues, "slotValues")
      }
    }
  }

  struct Found {
    var query, key, value, slotKeys, slotValues: [Float]
  }

  /// Every gradient, added to 0.5; those not in `wanted` are passed as NULL.
  func gradients(_ p: Problem, wanted: Set<String> = ["q", "k", "v", "sk", "sv"]) -> Found {
    let s = p.shape
    let (out, logSumExp) = p.forward()
    let context = [Float](repeating: 0.5, count: s.keys * s.keyHeads * s.width)
    let trained = [Float](repeating: 0.5, count: s.slots * s.keyHeads * s.width)
    var found = Found(
      query: [Float](repeating: 0.5, count: p.query.count), key: context, value: context,
      slotKeys: trained, slotValues: trained)
    found.query = written(found.query.count, over: found.query) { query in
      found.key = written(context.count, over: context) { key in
        found.value = written(context.count, over: context) { value in
          found.slotKeys = written(trained.count, over: trained) { slotKeys in
            found.slotValues = written(trained.count, over: trained) { slotValues in
              _ = written(ck_attention_scratch(s)) {
                ck_attention_backward(
                  s, p.query, p.key, p.value, p.slots(p.slotKeys), p.slots(p.slotValues), out,
                  p.gradOut, logSumExp,
                  ck_place(floats: wanted.contains("q") ? query : nil, rounded: nil),
                  ck_place(floats: wanted.contains("k") ? key : nil, rounded: nil),
                  ck_place(floats: wanted.contains("v") ? value : nil, rounded: nil),
                  wanted.contains("sk") ? slotKeys : nil, wanted.contains("sv") ? slotValues : nil,
                  $0)
              }
            }
          }
        }
      }
    }
    return found
  }

  @Test(arguments: vectorUnits) func gradientsThatAreNotWanted(unit: String) {
    withVectorUnit(unit) {
      let problem = Problem(queries: 70, keys: 90, slots: 40, heads: 2, width: 20)
      let all = gradients(problem)
      let none = gradients(problem, wanted: [])
      for (wanted, path) in [
        ("q", \Found.query), ("k", \.key), ("v", \.value), ("sk", \.slotKeys), ("sv", \.slotValues),
      ] {
        let alone = gradients(problem, wanted: [wanted])
        expectClose(alone[keyPath: path], all[keyPath: path].doubles, "\(wanted) alone")
        #expect(Set(none[keyPath: path]) == [0.5])
      }
    }
  }

  /// The reference itself, against the difference quotient along a random direction.
  @Test func referenceGradient() {
    let problem = Problem(queries: 6, keys: 9, slots: 2, heads: 2, width: 5)
    let gradOut = problem.gradOut.doubles
    let gradients = problem.reference.backward(gradOut)
    var numbers = SeededNumbers(17)
    func check(_ path: WritableKeyPath<AttentionReference, [Double]>, _ gradient: [Double]) {
      let direction = numbers.floats(gradient.count).doubles
      func loss(_ step: Double) -> Double {
        var moved = problem.reference
        for i in direction.indices { moved[keyPath: path][i] += step * direction[i] }
        return zip(moved.forward().out, gradOut).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
      let expected = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(slope - expected) < 1e-7 * max(1, abs(slope)))
    }
    check(\.query, gradients.query)
    check(\.key, gradients.key)
    check(\.value, gradients.value)
    check(\.slotKeys, gradients.slotKeys)
    check(\.slotValues, gradients.slotValues)
  }

  @Test(arguments: vectorUnits) func largeScoresStayFinite(unit: String) {
    withVectorUnit(unit) {
      for queries in [2, 12] {
        var problem = Problem(queries: queries, keys: 40, width: 16)
        problem.query = problem.query.map { $0 * 100 }
        problem.reference.query = problem.query.doubles
        expectClose(problem.forward().out, problem.reference.forward().out, tolerance: 1e-4)
      }
    }
  }
}
