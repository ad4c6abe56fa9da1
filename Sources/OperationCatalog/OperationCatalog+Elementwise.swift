import Foundation
import Tensors

extension OperationCatalog {
  static func arithmetic(_ size: Size) -> [OperationCase] {
    let shapes: [Shape] = size.pick(test: [[1, 1], [7, 37]], benchmark: [[2048, 768]])
    return shapes.flatMap { shape in
      let two: [InputSpecification] = [.floats(shape), .floats(shape)]
      return [
        OperationCase("add", two) {
          $0[0] + $0[1]
        } reference: {
          $0[0].zip($0[1], +)
        },
        OperationCase("subtract", two) {
          $0[0] - $0[1]
        } reference: {
          $0[0].zip($0[1], -)
        },
        OperationCase("multiply", two) {
          $0[0] * $0[1]
        } reference: {
          $0[0].zip($0[1], *)
        },
        OperationCase("scale", [.floats(shape)]) {
          $0[0] * -1.5
        } reference: {
          $0[0].map { $0 * -1.5 }
        },
        OperationCase("addRow", [.floats(shape), .floats([shape.width])]) {
          $0[0].addingRow($0[1])
        } reference: { inputs in
          inputs[0].mapRows { row in zip(row, inputs[1].values).map { $0 + $1 } }
        },
        OperationCase("swiGLU", [.floats(shape, in: -6...6), .floats(shape)]) {
          .swiGLU(gate: $0[0], up: $0[1])
        } reference: {
          $0[0].zip($0[1]) { gate, up in gate / (1 + exp(-gate)) * up }
        },
      ]
    }
  }

  /// Every activation near zero, and far out where a careless exponential overflows.
  static func activations(_ size: Size) -> [OperationCase] {
    let shape: Shape = size.pick(test: [5, 53], benchmark: [2048, 3072])
    return Activation.allCases.flatMap { activation in
      [("", Float(4)), (".wide", 80)].compactMap { suffix, bound in
        if size == .benchmark, !suffix.isEmpty { return nil }
        return OperationCase(
          "activation.\(activation)\(suffix)", [.floats(shape, in: -bound...bound)]
        ) {
          $0[0].activated(by: activation)
        } reference: {
          $0[0].map(activation.reference)
        }
      }
    }
  }

  static func reductions(_ size: Size) -> [OperationCase] {
    let shape: Shape = size.pick(test: [3, 5, 31], benchmark: [2048, 768])
    return [
      OperationCase("sum", [.floats(shape)]) {
        $0[0].sum()
      } reference: {
        ReferenceArray([], values: [$0[0].values.reduce(0, +)])
      },
      OperationCase("scale.mean", [.floats(shape)]) {
        $0[0].mean()
      } reference: {
        ReferenceArray([], values: [$0[0].values.reduce(0, +) / Double($0[0].count)])
      },
    ]
  }
}

extension Activation {
  fileprivate func reference(_ x: Double) -> Double {
    switch self {
    case .relu: max(x, 0)
    case .reluSquared: x > 0 ? x * x : 0
    case .gelu:
      x / 2 * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .geluExact: x / 2 * (1 + erf(x / 2.0.squareRoot()))
    case .silu: x / (1 + Foundation.exp(-x))
    case .sigmoid: 1 / (1 + Foundation.exp(-x))
    case .tanh: Foundation.tanh(x)
    case .exp: Foundation.exp(x)
    case .softplus: max(x, 0) + log1p(Foundation.exp(-abs(x)))
    }
  }
}
