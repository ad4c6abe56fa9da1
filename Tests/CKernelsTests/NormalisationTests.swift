import CKernels
import Foundation
import Testing

@Suite struct NormalisationTests {
  static let shapes = [(1, 1), (3, 5), (2, 16), (5, 17), (3, 63), (2, 257)]

  /// Backward of `normalised * weight + bias` with `normalised = (x - centre) * inverse`,
  /// the centre moving with x when `centred`.
  func gradient(
    x: [Double], centre: Double, inverse: Double, weight: [Double], grad: [Double], centred: Bool
  ) -> [Double] {
    let width = Double(x.count)
    let normalised = x.map { ($0 - centre) * inverse }
    let weighted = zip(grad, weight).map { $0 * $1 }
    let mean = centred ? weighted.reduce(0, +) / width : 0
    let pull = zip(weighted, normalised).reduce(0) { $0 + $1.0 * $1.1 } / width
    return x.indices.map { inverse * (weighted[$0] - mean - normalised[$0] * pull) }
  }

  @Test(arguments: vectorUnits, [true, false]) func norms(unit: String, centred: Bool) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(8)
      for (rows, width) in Self.shapes {
        let x = numbers.floats(rows * width, in: -2...3)
        let grad = numbers.floats(rows * width)
        let weight = numbers.floats(width, in: 0.5...1.5)
        let bias = numbers.floats(width)
        var out: [Double] = []
        var gradX: [Double] = []
        var gradWeight = weight.doubles
        var gradBias = bias.doubles
        for r in 0..<rows {
          let row = x[r * width..<(r + 1) * width].map(Double.init)
          let rowGrad = grad[r * width..<(r + 1) * width].map(Double.init)
          let centre = centred ? row.reduce(0, +) / Double(width) : 0
          let square = row.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(width)
          let inverse = 1 / (square + 1e-3).squareRoot()
          for j in 0..<width {
            let h = (row[j] - centre) * inverse
            out.append(h * Double(weight[j]) + (centred ? Double(bias[j]) : 0))
            gradWeight[j] += h * rowGrad[j]
            gradBias[j] += rowGrad[j]
          }
          gradX += gradient(
            x: row, centre: centre, inverse: inverse, weight: weight.doubles, grad: rowGrad,
            centred: centred)
        }
        var mean = [Float](repeating: 0, count: rows)
        var inverse = [Float](repeating: 0, count: rows)
        let found = written(rows * width) {
          if centred {
            ck_layer_norm(x, weight, bias, 1e-3, place($0), &mean, &inverse, rows, width)
          } else {
            ck_rms_norm(x, weight, 1e-3, place($0), &inverse, rows, width)
          }
        }
        expectClose(found, out, "forward \(width)")
        let narrow = rounded(rows * width) {
          if centred {
            ck_layer_norm(x, weight, bias, 1e-3, $0, &mean, &inverse, rows, width)
          } else {
            ck_rms_norm(x, weight, 1e-3, $0, &inverse, rows, width)
          }
        }
        expectRounded(narrow, out, "forward \(width), rounded")
        for accumulates in [false, true] {
          var foundWeight = weight
          var foundBias = bias
          let foundX = written(rows * width, over: x) {
            if centred {
              ck_layer_norm_backward(
                x, weight, mean, inverse, grad, $0, &foundWeight, &foundBias, rows, width,
                accumulates)
            } else {
              ck_rms_norm_backward(
                x, weight, inverse, grad, $0, &foundWeight, rows, width, accumulates)
            }
          }
          // A row of one has almost no slope, and an inverse near 30: errors are larger.
          let tolerance = width == 1 ? 1e-3 : 5e-6
          expectClose(
            foundX, accumulates ? zip(gradX, x).map { $0 + Double($1) } : gradX,
            tolerance: tolerance, "gradX \(width)")
          expectClose(foundWeight, gradWeight, tolerance: 5e-6, "gradWeight \(width)")
          if centred { expectClose(foundBias, gradBias, "gradBias \(width)") }
        }
      }
    }
  }

  @Test(arguments: vectorUnits) func absentWeights(unit: String) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(9)
      let width = 37
      let x = numbers.floats(width)
      let grad = numbers.floats(width)
      let ones = [Float](repeating: 1, count: width)
      let zeros = [Float](repeating: 0, count: width)
      var mean: [Float] = [0]
      var inverse: [Float] = [0]
      let rms = written(width) { ck_rms_norm(x, nil, 1e-5, place($0), &inverse, 1, width) }
      let rmsOfOnes = written(width) { ck_rms_norm(x, ones, 1e-5, place($0), &inverse, 1, width) }
      #expect(rms == rmsOfOnes)
      let factor = inverse
      let slope = written(width) {
        ck_rms_norm_backward(x, nil, factor, grad, $0, nil, 1, width, false)
      }
      let slopeOfOnes = written(width) {
        ck_rms_norm_backward(x, ones, factor, grad, $0, nil, 1, width, false)
      }
      #expect(slope == slopeOfOnes)
      let layer = written(width) {
        ck_layer_norm(x, ones, nil, 1e-5, place($0), &mean, &inverse, 1, width)
      }
      let layerOfZeros = written(width) {
        ck_layer_norm(x, ones, zeros, 1e-5, place($0), &mean, &inverse, 1, width)
      }
      #expect(layer == layerOfZeros)
    }
  }

  @Test(arguments: vectorUnits) func softmax(unit: String) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(10)
      for (rows, width) in Self.shapes {
        let x = numbers.floats(rows * width, in: -30...30)
        let grad = numbers.floats(rows * width)
        var expected: [Double] = []
        for r in 0..<rows {
          let row = x[r * width..<(r + 1) * width].map(Double.init)
          let total = row.reduce(0) { $0 + exp($1) }
          expected += row.map { exp($0) / total }
        }
        let found = written(rows * width, over: x) { ck_softmax($0, $0, rows, width) }
        expectClose(found, expected, "softmax")
        var slopes: [Double] = []
        for r in 0..<rows {
          let range = r * width..<(r + 1) * width
          let mean = range.reduce(0) { $0 + Double(found[$1]) * Double(grad[$1]) }
          slopes += range.map { Double(found[$0]) * (Double(grad[$0]) - mean) }
        }
        for accumulates in [false, true] {
          expectClose(
            written(rows * width, over: grad) {
              ck_softmax_backward(found, grad, $0, rows, width, accumulates)
            }, accumulates ? zip(slopes, grad).map { $0 + Double($1) } : slopes, "backward")
        }
      }
    }
  }
}
