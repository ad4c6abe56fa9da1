import CKernels
import Testing

/// Attention with products in bfloat16.
extension AttentionTests {
  static let roundedProblems =
    problems + [
      Problem(queries: 49, keys: 96, slots: 1, heads: 2, width: 80),
      Problem(queries: 97, keys: 97, heads: 3, keyHeads: 3, width: 128),
      Problem(queries: 5, keys: 31, slots: 2, width: 20, causal: false),
    ]

  /// Within a share of the largest, which is what rounding to 8 bits leaves.
  private func expectNear(_ found: [Float], _ reference: [Double], _ label: String) {
    let largest = reference.map { $0.isFinite ? abs($0) : 0 }.max() ?? 0
    expectClose(found, reference, tolerance: 2e-2, floor: max(largest, 1), label)
  }

  @Test(arguments: vectorUnits) func roundedForward(unit: String) {
    withVectorUnit(unit) {
      for var problem in Self.roundedProblems {
        problem.shape.rounded = true
        let expected = problem.reference.forward()
        let (out, logSumExp) = problem.forward()
        expectNear(out, expected.out, "out of \(problem.shape)")
        // A score of 128 rounded products of up to 4, of which a third counts, is off by some hundredths.
        for (found, wanted) in zip(logSumExp, expected.logSumExp) {
          #expect(
            Double(found) == wanted || abs(Double(found) - wanted) < 6e-2, "\(problem.shape)")
        }
      }
    }
  }

  @Test(arguments: vectorUnits) func roundedBackward(unit: String) {
    withVectorUnit(unit) {
      for var problem in Self.roundedProblems {
        problem.shape.rounded = true
        let expected = problem.reference.backward(problem.gradOut.doubles)
        let found = gradients(problem)
        let label = "\(problem.shape)"
        func check(_ x: [Float], _ y: [Double], _ name: String) {
          expectNear(x, y.map { $0 + 0.5 }, "\(name) of \(label)")
        }
        check(found.query, expected.query, "query")
        check(found.key, expected.key, "key")
        check(found.value, expected.value, "value")
        check(found.slotKeys, expected.slotKeys, "slotKeys")
        check(found.slotValues, expected.slotValues, "slotValues")
      }
    }
  }

  /// Rounding is a permission: units without such products, and decoding, compute as ever.
  @Test(arguments: vectorUnits) func roundingWhereThereIsNone(unit: String) {
    withVectorUnit(unit) {
      for problem in Self.problems {
        var rounded = problem
        rounded.shape.rounded = true
        let isSame = rounded.forward().out == problem.forward().out
        let canRound = unit == "avx512bf16" && problem.shape.queries > 4
        #expect(isSame == !canRound, "\(problem.shape)")
        guard unit != "avx512bf16" else { continue }
        let (found, expected) = (gradients(rounded), gradients(problem))
        #expect(found.query == expected.query && found.key == expected.key)
        #expect(found.value == expected.value && found.slotValues == expected.slotValues)
      }
    }
  }

  /// Gradients that only products read are written in bfloat16 instead of being added to anything.
  @Test(arguments: vectorUnits) func gradientsAsTheyAreMultiplied(unit: String) {
    withVectorUnit(unit) {
      for var problem in Self.roundedProblems {
        problem.shape.rounded = true
        let (s, half) = (problem.shape, gradients(problem))
        let (out, logSumExp) = problem.forward()
        let count = s.keys * s.keyHeads * s.width
        var (key, value): ([Double], [Double]) = ([], [])
        let query = rounded(problem.query.count) { query in
          key = rounded(count) { key in
            value = rounded(count) { value in
              _ = written(ck_attention_scratch(s)) {
                ck_attention_backward(
                  s, problem.query, problem.key, problem.value, problem.slots(problem.slotKeys),
                  problem.slots(problem.slotValues), out, problem.gradOut, logSumExp, query, key,
                  value, nil, nil, $0)
              }
            }
          }
        }
        for (found, sums, name) in [
          (query, half.query, "query"), (key, half.key, "key"), (value, half.value, "value"),
        ] {
          expectRounded(found, sums.map { Double($0) - 0.5 }, "\(name) of \(s)")
        }
      }
    }
  }

  @Test(arguments: vectorUnits) func roundedGradientsThatAreNotWanted(unit: String) {
    withVectorUnit(unit) {
      var problem = Problem(queries: 71, keys: 90, slots: 41, heads: 2, width: 20)
      problem.shape.rounded = true
      let all = gradients(problem)
      for (wanted, path) in [
        ("q", \Found.query), ("k", \.key), ("v", \.value), ("sk", \.slotKeys), ("sv", \.slotValues),
      ] {
        let alone = gradients(problem, wanted: [wanted])
        expectClose(alone[keyPath: path], all[keyPath: path].doubles, "\(wanted) alone")
      }
    }
  }
}
