import Foundation
import Tensors

extension OperationCatalog {
  static func crossEntropy(_ size: Size) -> [OperationCase] {
    let sizes: [(rows: [Int], classes: Int)] = size.pick(
      test: [([2, 3], 37), ([3], 2), ([4], 130)], benchmark: [([256], 50_257)])
    return sizes.flatMap { rows, classes in
      let logits = InputSpecification.floats(Shape(rows + [classes]), in: -2...2)
      // Float32 exponentials overflow above 88; float64 ones of the reference do not.
      let large = InputSpecification.floats(Shape(rows + [classes]), in: 98...100)
      let count = rows.reduce(1, *)
      // Indices from -2 leave about the right share of rows out to meet both kinds.
      let hard = [
        ("labels", 0, logits), ("labels.large", 0, large), ("masked", -2, logits),
      ].map { name, lowest, logits in
        OperationCase(
          "crossEntropy." + name, [logits, .indices([count], in: lowest..<min(classes, 6))]
        ) {
          $0[0].crossEntropy(SparseTargets(labels: $0[1].withIndices(Array.init)))
        } reference: { inputs in
          .crossEntropy(inputs[0], softcap: 0) { row in
            let label = inputs[1].index(at: row)
            return label < 0 ? [] : [(label, 1)]
          }
        }
      }
      let perRow = 3
      let soft = [("soft", Float(0)), ("soft.softcap", 1.5)].map { name, softcap in
        OperationCase(
          "crossEntropy." + name,
          [
            logits, .indices([count, perRow], in: 0..<classes),
            .floats([count, perRow], in: 0...1, isDifferentiable: false),
          ]
        ) {
          $0[0].crossEntropy(SparseTargets(ids: $0[1], weights: $0[2]), softcap: softcap)
        } reference: { inputs in
          .crossEntropy(inputs[0], softcap: Double(softcap)) { row in
            (0..<perRow).map { (inputs[1].index(at: row * perRow + $0), inputs[2][row, $0]) }
          }
        }
      }
      return hard + soft
    }
  }
}

extension ReferenceArray {
  fileprivate static func crossEntropy(
    _ logits: ReferenceArray, softcap: Double, targets: (_ row: Int) -> [(Int, Double)]
  ) -> ReferenceArray {
    let losses = (0..<logits.rows).map { row in
      let capped = logits.row(row).map { softcap > 0 ? softcap * tanh($0 / softcap) : $0 }
      let logSumExp = log(capped.reduce(0) { $0 + exp($1) })
      return targets(row).reduce(0) { $0 + $1.1 * (logSumExp - capped[$1.0]) }
    }
    return ReferenceArray([logits.rows], values: losses)
  }
}
