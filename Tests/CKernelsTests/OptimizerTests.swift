import CKernels
import Testing

@Suite struct OptimizerTests {
  @Test(arguments: vectorUnits) func adamW(unit: String) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(15)
      for count in awkwardCounts {
        var value = numbers.floats(count)
        var first = [Float](repeating: 0, count: count)
        var second = [Float](repeating: 0, count: count)
        var expected = value.doubles
        var m = [Double](repeating: 0, count: count)
        var v = m
        for t in 1...4 {
          let gradient = numbers.floats(count)
          let powers = (1...t).reduce((1.0, 1.0)) { ($0.0 * 0.9 + 0 * Double($1), $0.1 * 0.95) }
          let step = ck_adamw_step(
            learningRate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1,
            gradientScale: 0.5, biasCorrection1: Float(1 - powers.0),
            biasCorrection2: Float(1 - powers.1))
          for i in 0..<count {
            let g = Double(gradient[i]) * 0.5
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.95 * v[i] + 0.05 * g * g
            let direction = m[i] / (1 - powers.0) / ((v[i] / (1 - powers.1)).squareRoot() + 1e-8)
            expected[i] -= 0.01 * (direction + 0.1 * expected[i])
          }
          value = written(count, over: value) { values in
            first = written(count, over: first) { firsts in
              second = written(count, over: second) {
                ck_adamw(step, values, firsts, $0, gradient, count)
              }
            }
          }
        }
        expectClose(value, expected, "value")
        expectClose(first, m, "first moment")
        expectClose(second, v, "second moment")
      }
    }
  }
}
