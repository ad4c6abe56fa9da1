import CKernels
import Foundation
import Testing

@Suite struct LossTests {
  /// Losses, log-sum-exps and the gradients of rowGradient[r] * losses[r], in double.
  func reference(
    _ logits: [Float], _ ids: [Int32], _ weights: [Float], targets: Int, softcap: Double,
    rowGradient: [Float], rows: Int, width: Int
  ) -> (losses: [Double], logSumExp: [Double], gradients: [Double]) {
    var losses: [Double] = []
    var logSums: [Double] = []
    var gradients: [Double] = []
    for r in 0..<rows {
      let raw = logits[r * width..<(r + 1) * width].map(Double.init)
      let row = softcap > 0 ? raw.map { softcap * tanh($0 / softcap) } : raw
      let best = row.max() ?? 0
      let logSum = best + log(row.reduce(0) { $0 + exp($1 - best) })
      let pairs = (r * targets..<(r + 1) * targets).filter { weights[$0] != 0 }
      losses.append(pairs.reduce(0) { $0 + Double(weights[$1]) * (logSum - row[Int(ids[$1])]) })
      logSums.append(logSum)
      let total = pairs.reduce(0) { $0 + Double(weights[$1]) }
      var grad = row.map { total * exp($0 - logSum) }
      for k in pairs { grad[Int(ids[k])] -= Double(weights[k]) }
      for j in 0..<width {
        let t = softcap > 0 ? row[j] / softcap : 0
        gradients.append(grad[j] * (1 - t * t) * Double(rowGradient[r]))
      }
    }
    return (losses, logSums, gradients)
  }

  @Test(arguments: vectorUnits, [Float(0), 15]) func crossEntropy(unit: String, softcap: Float) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(12)
      for (rows, width, targets) in [(1, 1, 1), (3, 5, 2), (2, 17, 1), (2, 1024, 3), (2, 2500, 9)] {
        let logits = numbers.floats(rows * width, in: -20...20)
        var drawn = (0..<rows * targets).map { _ in numbers.index(below: width) }
        var mass = numbers.floats(rows * targets, in: 0...1)
        if targets > 1 {
          // An ignored pair may hold any id; a repeated id counts twice.
          drawn[0] = -1
          mass[0] = 0
          drawn[targets] = drawn[targets + 1]
        }
        let (ids, weights) = (drawn, mass)
        let rowGradient = numbers.floats(rows)
        let expected = reference(
          logits, ids, weights, targets: targets, softcap: Double(softcap),
          rowGradient: rowGradient, rows: rows, width: width)
        var logSumExp: [Float] = []
        let losses = written(rows) { losses in
          logSumExp = written(rows) {
            ck_cross_entropy(logits, ids, weights, targets, softcap, losses, $0, rows, width)
          }
        }
        expectClose(losses, expected.losses, tolerance: 3e-6, "losses \(width)")
        expectClose(logSumExp, expected.logSumExp, "logSumExp \(width)")
        let gradients = written(rows * width, over: logits) {
          ck_cross_entropy_backward(
            $0, ids, weights, targets, softcap, logSumExp, rowGradient, 0.5, place($0), rows, width)
        }
        expectClose(gradients, expected.gradients.map { $0 / 2 }, tolerance: 5e-6, "in place")
        let narrow = rounded(rows * width) {
          ck_cross_entropy_backward(
            logits, ids, weights, targets, softcap, logSumExp, rowGradient, 0.5, $0, rows, width)
        }
        expectRounded(narrow, expected.gradients.map { $0 / 2 }, "rounded")
        let ones = [Float](repeating: 1, count: rows)
        let unweighted = written(rows * width) {
          ck_cross_entropy_backward(
            logits, ids, weights, targets, softcap, logSumExp, nil, 1, place($0), rows, width)
        }
        let weightedByOne = written(rows * width) {
          ck_cross_entropy_backward(
            logits, ids, weights, targets, softcap, logSumExp, ones, 1, place($0), rows, width)
        }
        #expect(unweighted == weightedByOne)
      }
    }
  }

  @Test(arguments: vectorUnits) func extremeLogits(unit: String) {
    withVectorUnit(unit) {
      var logits = [Float](repeating: -.infinity, count: 1500)
      logits[1400] = 300
      logits[3] = 299
      let ids: [Int32] = [3]
      let weights: [Float] = [1]
      var logSumExp: [Float] = [0]
      let losses = written(1) {
        ck_cross_entropy(logits, ids, weights, 1, 0, $0, &logSumExp, 1, 1500)
      }
      expectClose(losses, [log(1 + exp(1.0))], tolerance: 2e-5)
      logits[700] = .nan
      let spoiled = logits
      let loss = written(1) {
        ck_cross_entropy(spoiled, ids, weights, 1, 0, $0, &logSumExp, 1, 1500)
      }
      #expect(loss[0].isNaN)
    }
  }

  @Test(arguments: vectorUnits, [Float(0), 4]) func topProbabilities(unit: String, softcap: Float) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(13)
      for (width, count) in [(1, 1), (5, 5), (40, 3), (257, 16), (3000, 64)] {
        let rows = 3
        // Coarse values, so that there are ties.
        let logits = numbers.floats(rows * width, in: -6...6).map { ($0 * 50).rounded() / 50 }
        var ids = [Int32](repeating: -7, count: rows * count)
        let found = written(rows * count) {
          ck_top_probabilities(logits, softcap, count, &ids, $0, rows, width)
        }
        for r in 0..<rows {
          let row = Array(logits[r * width..<(r + 1) * width])
          let order = row.indices.sorted { row[$0] != row[$1] ? row[$0] > row[$1] : $0 < $1 }
          #expect(ids[r * count..<(r + 1) * count].map(Int.init) == Array(order.prefix(count)))
          let capped = row.doubles.map {
            softcap > 0 ? Double(softcap) * tanh($0 / Double(softcap)) : $0
          }
          let total = capped.reduce(0) { $0 + exp($1) }
          expectClose(
            Array(found[r * count..<(r + 1) * count]),
            order.prefix(count).map { exp(capped[$0]) / total }, floor: 0.01)
        }
      }
      var ids: [Int32] = [9, 9, 9]
      let few = written(3) { ck_top_probabilities([1, 1], 0, 3, &ids, $0, 1, 2) }
      #expect(ids == [0, 1, 0] && few[2] == 0)
    }
  }
}
