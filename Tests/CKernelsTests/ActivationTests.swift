import CKernels
import Foundation
import Testing

@Suite struct ActivationTests {
  static let kinds = [
    CK_RELU, CK_RELU_SQUARED, CK_GELU_TANH, CK_GELU_ERF, CK_SILU, CK_SIGMOID, CK_TANH, CK_EXP,
    CK_SOFTPLUS,
  ]

  func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  func value(_ kind: ck_activation, _ x: Double) -> Double {
    switch kind {
    case CK_RELU: return max(x, 0)
    case CK_RELU_SQUARED: return max(x, 0) * max(x, 0)
    case CK_GELU_TANH:
      return x / 2 * (1 + tanh((2 / .pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case CK_GELU_ERF: return x / 2 * erfc(-x / 2.squareRoot())
    case CK_SILU: return x * sigmoid(x)
    case CK_SIGMOID: return sigmoid(x)
    case CK_TANH: return tanh(x)
    case CK_EXP: return exp(x)
    default: return x > 30 ? x : log1p(exp(x))
    }
  }

  func slope(_ kind: ck_activation, _ x: Double) -> Double {
    let h = 1e-5
    switch kind {
    case CK_RELU: return x > 0 ? 1 : 0
    case CK_RELU_SQUARED: return 2 * max(x, 0)
    default: return (value(kind, x + h) - value(kind, x - h)) / (2 * h)
    }
  }

  @Test(arguments: vectorUnits) func forwardAndBackward(unit: String) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(6)
      for kind in Self.kinds {
        for count in awkwardCounts {
          let x = numbers.floats(count, in: -9...9)
          let gradOut = numbers.floats(count)
          let initial = numbers.floats(count)
          expectClose(
            written(count) { ck_activate(kind, x, place($0), count) },
            x.map { value(kind, Double($0)) },
            tolerance: 5e-7, "activation \(kind.rawValue)")
          let slopes = zip(x, gradOut).map { slope(kind, Double($0)) * Double($1) }
          expectClose(
            written(count) { ck_activate_backward(kind, x, gradOut, place($0), count, false) },
            slopes,
            "derivative \(kind.rawValue)")
          expectClose(
            written(count, over: initial) {
              ck_activate_backward(kind, x, gradOut, place($0), count, true)
            }, zip(slopes, initial).map { $0 + Double($1) }, "accumulated \(kind.rawValue)")
        }
      }
    }
  }

  @Test(arguments: vectorUnits) func relativeErrors(unit: String) {
    withVectorUnit(unit) {
      let x = (0..<40_000).map { Float($0 - 20_000) * 0.004321 }
      func check(_ kind: ck_activation, _ tolerance: Double, within limit: Float) {
        let inside = x.filter { abs($0) < limit }
        expectClose(
          written(inside.count) { ck_activate(kind, inside, place($0), inside.count) },
          inside.map { value(kind, Double($0)) }, tolerance: tolerance, floor: 1e-37,
          "relative error of \(kind.rawValue)")
      }
      check(CK_EXP, 2e-7, within: 85)
      check(CK_TANH, 5e-7, within: 85)
      check(CK_SIGMOID, 5e-7, within: 85)
      check(CK_SOFTPLUS, 5e-7, within: 85)
      check(CK_GELU_ERF, 6e-6, within: 12)
      let small = (1...1000).map { Float($0) * 1e-9 }
      expectClose(
        written(1000) { ck_activate(CK_TANH, small, place($0), 1000) },
        small.map { tanh(Double($0)) },
        tolerance: 2e-7, floor: 1e-12, "tanh near zero")
    }
  }

  @Test(arguments: vectorUnits) func tails(unit: String) {
    withVectorUnit(unit) {
      let x: [Float] = [
        -.infinity, -1e30, -200, -105, -103.5, 88.5, 90, 200, 1e30, .infinity, 0, -0.0,
      ]
      let count = x.count
      for kind in Self.kinds {
        let y = written(count) { ck_activate(kind, x, place($0), count) }
        // -infinity times 0 has no value, here as anywhere.
        let first = [CK_GELU_TANH, CK_GELU_ERF, CK_SILU].contains(kind) ? 1 : 0
        let spoiled = y.dropFirst(first).filter(\.isNaN).count
        #expect(spoiled == 0, "\(kind.rawValue): \(y)")
        let ones = [Float](repeating: 1, count: 9)
        let finite = Array(x[2..<8])
        let slopes = written(6) { ck_activate_backward(kind, finite, ones, place($0), 6, false) }
        let spoiledSlopes = slopes.filter(\.isNaN).count
        #expect(spoiledSlopes == 0, "\(kind.rawValue): \(slopes)")
        let nan: [Float] = [.nan]
        let kept = written(1) { ck_activate(kind, nan, place($0), 1) }
        #expect(kept[0].isNaN, "\(kind.rawValue)")
      }
      let exponentials = written(count) { ck_activate(CK_EXP, x, place($0), count) }
      #expect(Array(exponentials[0...3]) == [0, 0, 0, 0])
      #expect(Array(exponentials[6...9]) == [.infinity, .infinity, .infinity, .infinity])
      #expect(exponentials[4] > 0 && exponentials[5].isFinite && exponentials[10] == 1)
    }
  }

  @Test(arguments: vectorUnits) func roundedAsTheyAreMade(unit: String) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(8)
      for count in awkwardCounts {
        let x = numbers.floats(count, in: -9...9)
        let (up, gradOut) = (numbers.floats(count), numbers.floats(count))
        for kind in Self.kinds {
          let exact = x.map { value(kind, Double($0)) }
          expectRounded(
            rounded(count) { ck_activate(kind, x, $0, count) }, exact,
            "activation \(kind.rawValue)")
          let slopes = zip(x, gradOut).map { slope(kind, Double($0)) * Double($1) }
          expectRounded(
            rounded(count) { ck_activate_backward(kind, x, gradOut, $0, count, false) }, slopes,
            "derivative \(kind.rawValue)")
        }
        expectRounded(
          rounded(count) { ck_swiglu(x, up, $0, count) },
          zip(x, up).map { value(CK_SILU, Double($0)) * Double($1) }, "swiglu")
      }
      let tails: [Float] = [-1e30, -200, -90, 90, 200, 1e30, .infinity, 0, .nan]
      for kind in [CK_GELU_TANH, CK_SILU, CK_SIGMOID] {
        let found = rounded(9) { ck_activate(kind, tails, $0, 9) }
        let last = kind == CK_SIGMOID ? [1, 1, 1, 1, 0.5] : [90, 200, 1e30, Double.infinity, 0]
        #expect(found[..<3].allSatisfy { abs($0) < 1e-5 }, "\(kind.rawValue): \(found)")
        #expect(zip(found[3...], last).allSatisfy { $0 == $1 || abs($0 - $1) < $1 / 255 })
        #expect(found[8].isNaN)
      }
    }
  }

  @Test(arguments: vectorUnits) func swiglu(unit: String) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(7)
      for count in awkwardCounts {
        let gate = numbers.floats(count, in: -6...6)
        let up = numbers.floats(count)
        let grad = numbers.floats(count)
        let indices = 0..<count
        expectClose(
          written(count) { ck_swiglu(gate, up, place($0), count) },
          indices.map { value(CK_SILU, Double(gate[$0])) * Double(up[$0]) }, "swiglu")
        let byGate = indices.map {
          slope(CK_SILU, Double(gate[$0])) * Double(up[$0]) * Double(grad[$0])
        }
        let byUp = indices.map { value(CK_SILU, Double(gate[$0])) * Double(grad[$0]) }
        for accumulates in [false, true] {
          var gradUp: [Float] = []
          let gradGate = written(count, over: gate) { gateOut in
            gradUp = written(count, over: up) {
              ck_swiglu_backward(gate, up, grad, gateOut, $0, count, accumulates)
            }
          }
          expectClose(
            gradGate, accumulates ? zip(byGate, gate).map { $0 + Double($1) } : byGate, "gate")
          expectClose(gradUp, accumulates ? zip(byUp, up).map { $0 + Double($1) } : byUp, "up")
        }
      }
    }
  }
}
