/// A square matrix in float64, for what a study is held against.
struct SmallMatrix {
  let size: Int
  private var values: [Double]

  init(_ rows: Int, _ columns: Int, _ value: (Int, Int) -> Double) {
    precondition(rows == columns)
    size = rows
    values = (0..<rows * columns).map { value($0 / columns, $0 % columns) }
  }

  private init(size: Int, _ value: (Int, Int) -> Double) { self.init(size, size, value) }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * size + column] }
    set { values[row * size + column] = newValue }
  }

  var transposed: SmallMatrix { SmallMatrix(size: size) { self[$1, $0] } }

  static func + (a: SmallMatrix, b: SmallMatrix) -> SmallMatrix {
    SmallMatrix(size: a.size) { a[$0, $1] + b[$0, $1] }
  }

  static func * (a: SmallMatrix, b: SmallMatrix) -> SmallMatrix {
    SmallMatrix(size: a.size) { row, column in
      (0..<a.size).reduce(0) { $0 + a[row, $1] * b[$1, column] }
    }
  }

  func scaled(by factor: Double) -> SmallMatrix {
    SmallMatrix(size: size) { self[$0, $1] * factor }
  }

  func distance(to other: SmallMatrix) -> Double {
    zip(values, other.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// By Gauss and Jordan, with the largest pivot of a column.
  var inverse: SmallMatrix {
    var (a, inverse) = (self, SmallMatrix(size: size) { $0 == $1 ? 1 : 0 })
    for column in 0..<size {
      let pivot = (column..<size).max { abs(a[$0, column]) < abs(a[$1, column]) } ?? column
      for k in 0..<size {
        (a[column, k], a[pivot, k]) = (a[pivot, k], a[column, k])
        (inverse[column, k], inverse[pivot, k]) = (inverse[pivot, k], inverse[column, k])
      }
      let divisor = a[column, column]
      for k in 0..<size {
        a[column, k] /= divisor
        inverse[column, k] /= divisor
      }
      for row in 0..<size where row != column {
        let factor = a[row, column]
        for k in 0..<size {
          a[row, k] -= factor * a[column, k]
          inverse[row, k] -= factor * inverse[column, k]
        }
      }
    }
    return inverse
  }

  /// Of a symmetric positive matrix (Denman and Beavers 1976).
  var squareRoot: SmallMatrix {
    var (y, z) = (self, SmallMatrix(size: size) { $0 == $1 ? 1 : 0 })
    for _ in 0..<40 {
      (y, z) = ((y + z.inverse).scaled(by: 0.5), (z + y.inverse).scaled(by: 0.5))
    }
    return y
  }
}
