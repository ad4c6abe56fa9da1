import Foundation
import Tensors

extension OperationCatalog {
  static func normalization(_ size: Size) -> [OperationCase] {
    let shapes: [Shape] = size.pick(
      test: [[3, 5], [2, 3, 67], [9, 16]], benchmark: [[2048, 768]])
    return shapes.flatMap { shape in
      let x = InputSpecification.floats(shape, in: -2...3)
      let row = InputSpecification.floats([shape.width], in: 0.5...1.5)
      return [
        OperationCase("rmsNorm", [x]) {
          $0[0].rmsNormalized(epsilon: 1e-3)
        } reference: {
          $0[0].mapRows { rmsNormalized($0, 1e-3) }
        },
        OperationCase("rmsNorm.weight", [x, row]) {
          $0[0].rmsNormalized(weight: $0[1], epsilon: 1e-3)
        } reference: { inputs in
          inputs[0].mapRows { row in
            zip(rmsNormalized(row, 1e-3), inputs[1].values).map { $0 * $1 }
          }
        },
        OperationCase("layerNorm", [x, row]) {
          $0[0].layerNormalized(weight: $0[1], epsilon: 1e-3)
        } reference: { inputs in
          inputs[0].mapRows { row in
            zip(layerNormalized(row, 1e-3), inputs[1].values).map { $0 * $1 }
          }
        },
        OperationCase("layerNorm.bias", [x, row, row]) {
          $0[0].layerNormalized(weight: $0[1], bias: $0[2], epsilon: 1e-3)
        } reference: { inputs in
          inputs[0].mapRows { row in
            let scaled = zip(layerNormalized(row, 1e-3), inputs[1].values).map { $0 * $1 }
            return zip(scaled, inputs[2].values).map { $0 + $1 }
          }
        },
        OperationCase("softmax", [.floats(shape, in: -8...8)]) {
          $0[0].softmax()
        } reference: {
          $0[0].mapRows(softmax)
        },
        // Only the distances between logits matter, however large the logits are.
        OperationCase("softmax.large", [.floats(shape, in: 990...1000)]) {
          $0[0].softmax()
        } reference: {
          $0[0].mapRows(softmax)
        },
      ]
    }
  }

  private static func rmsNormalized(_ row: [Double], _ epsilon: Double) -> [Double] {
    let meanSquare = row.reduce(0) { $0 + $1 * $1 } / Double(row.count)
    return row.map { $0 / (meanSquare + epsilon).squareRoot() }
  }

  private static func layerNormalized(_ row: [Double], _ epsilon: Double) -> [Double] {
    let mean = row.reduce(0, +) / Double(row.count)
    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
    return row.map { ($0 - mean) / (variance + epsilon).squareRoot() }
  }

  /// Probabilities of one row of logits.
  static func softmax(_ row: [Double]) -> [Double] {
    let largest = row.max() ?? 0
    let exponentials = row.map { exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }
}
