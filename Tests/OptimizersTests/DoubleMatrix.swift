import Foundation
import Tensors

/// A matrix in double precision, computed with in the plainest way.
struct DoubleMatrix {
  var rows, columns: Int
  var elements: [Double]

  init(_ rows: Int, _ columns: Int, _ element: (Int, Int) -> Double) {
    self.rows = rows
    self.columns = columns
    elements = (0..<rows * columns).map { element($0 / columns, $0 % columns) }
  }

  init(_ tensor: Tensor) {
    let values = tensor.values
    let columns = tensor.shape[1]
    self.init(tensor.shape[0], columns) { Double(values[$0 * columns + $1]) }
  }

  subscript(row: Int, column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  var transposed: DoubleMatrix { DoubleMatrix(columns, rows) { self[$1, $0] } }

  var norm: Double { elements.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + self[$1, $1] } }

  static func * (a: DoubleMatrix, b: DoubleMatrix) -> DoubleMatrix {
    DoubleMatrix(a.rows, b.columns) { row, column in
      (0..<a.columns).reduce(0) { $0 + a[row, $1] * b[$1, column] }
    }
  }

  static func * (a: DoubleMatrix, factor: Double) -> DoubleMatrix {
    DoubleMatrix(a.rows, a.columns) { a[$0, $1] * factor }
  }

  static func + (a: DoubleMatrix, b: DoubleMatrix) -> DoubleMatrix {
    DoubleMatrix(a.rows, a.columns) { a[$0, $1] + b[$0, $1] }
  }

  /// The square roots of the eigenvalues of the smaller Gram matrix, by Jacobi's rotations.
  var singularValues: [Double] {
    var gram = rows < columns ? self * transposed : transposed * self
    let size = gram.rows
    for _ in 0..<30 {
      for p in 0..<size {
        for q in p + 1..<size where abs(gram[p, q]) > 1e-14 {
          let angle = 0.5 * atan2(2 * gram[p, q], gram[q, q] - gram[p, p])
          let (cosine, sine) = (cos(angle), sin(angle))
          for k in 0..<size {
            let (a, b) = (gram[k, p], gram[k, q])
            (gram[k, p], gram[k, q]) = (cosine * a - sine * b, sine * a + cosine * b)
          }
          for k in 0..<size {
            let (a, b) = (gram[p, k], gram[q, k])
            (gram[p, k], gram[q, k]) = (cosine * a - sine * b, sine * a + cosine * b)
          }
        }
      }
    }
    return (0..<size).map { max(gram[$0, $0], 0).squareRoot() }.sorted()
  }

  /// Muon's five iterations, each aX + (bA + cA^2)X with A = XX^T, on the wide side.
  var orthogonalized: DoubleMatrix {
    if rows > columns { return transposed.orthogonalized.transposed }
    var x = self * (1 / (1.02 * norm + 1e-7))
    for _ in 0..<5 {
      let square = x * x.transposed
      x = x * 3.4445 + (square * -4.7750 + square * square * 2.0315) * x
    }
    return x
  }
}
