import CKernels
import Testing

@Suite struct ElementwiseTests {
  @Test(arguments: vectorUnits) func arithmetic(unit: String) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(1)
      for count in awkwardCounts {
        let a = numbers.floats(count)
        let b = numbers.floats(count)
        let c = numbers.floats(count)
        let indices = 0..<count
        expectClose(
          written(count) { ck_add(a, b, $0, count) }, indices.map { Double(a[$0]) + Double(b[$0]) },
          "add")
        expectClose(
          written(count) { ck_multiply(a, b, $0, count) },
          indices.map { Double(a[$0]) * Double(b[$0]) }, "multiply")
        expectClose(
          written(count, over: c) { ck_multiply_add(a, b, $0, count) },
          indices.map { Double(c[$0]) + Double(a[$0]) * Double(b[$0]) }, "multiply_add")
        expectClose(
          written(count) { ck_scale(a, 0.3, $0, count) }, a.map { Double($0) * 0.3 }, "scale")
        expectClose(
          written(count, over: c) { ck_axpy(-0.7, a, $0, count) },
          indices.map { Double(c[$0]) - 0.7 * Double(a[$0]) }, "axpy")
        expectClose(
          written(count, over: c) { ck_axpby(-0.7, a, 0.2, $0, count) },
          indices.map { 0.2 * Double(c[$0]) - 0.7 * Double(a[$0]) }, "axpby")
        expectClose(
          written(count, over: a) { ck_add($0, b, $0, count) },
          indices.map { Double(a[$0]) + Double(b[$0]) }, "add in place")
      }
    }
  }

  @Test(arguments: vectorUnits) func rows(unit: String) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(2)
      for (rows, width) in [(1, 1), (3, 17), (4, 16), (9, 63), (33, 5)] {
        let a = numbers.floats(rows * width)
        let row = numbers.floats(width)
        expectClose(
          written(rows * width) { ck_add_row(a, row, $0, rows, width) },
          a.indices.map { Double(a[$0]) + Double(row[$0 % width]) }, "add_row")
        let sums = (0..<width).map { column in
          (0..<rows).reduce(Double(row[column])) { $0 + Double(a[$1 * width + column]) }
        }
        expectClose(
          written(width, over: row) { ck_sum_rows(a, $0, rows, width) }, sums, "sum_rows")
      }
    }
  }

  @Test(arguments: vectorUnits) func embedding(unit: String) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(3)
      for width in [1, 16, 33] {
        let table = numbers.floats(7 * width)
        let indices = (0..<12).map { _ in numbers.index(below: 7) }
        let gathered = written(12 * width) { ck_gather_rows(table, indices, $0, 12, width) }
        let expectedRows = indices.flatMap { table[Int($0) * width..<(Int($0) + 1) * width] }
        #expect(gathered == expectedRows)
        var expected = table.doubles
        for (i, index) in indices.enumerated() {
          for j in 0..<width { expected[Int(index) * width + j] += Double(gathered[i * width + j]) }
        }
        expectClose(
          written(7 * width, over: table) {
            ck_scatter_add_rows(gathered, indices, $0, 12, width)
          }, expected, "scatter_add_rows")
      }
    }
  }

  @Test(arguments: vectorUnits) func reductions(unit: String) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(4)
      for count in awkwardCounts {
        let a = numbers.floats(count)
        let b = numbers.floats(count)
        let sum = a.doubles.reduce(0, +)
        let dot = zip(a.doubles, b.doubles).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(ck_sum(a, count) - sum) < 1e-12 * Double(count))
        #expect(abs(ck_dot(a, b, count) - dot) < 1e-12 * Double(count))
        let squares = a.doubles.reduce(0) { $0 + $1 * $1 }
        #expect(abs(ck_sum_squares(a, count) - squares) < 1e-12 * Double(count))
      }
      #expect(ck_sum([1], 0) == 0)
    }
  }

  @Test(arguments: vectorUnits) func argmaxIsTheFirstOfTheLargest(unit: String) {
    withVectorUnit(unit) {
      for count in awkwardCounts {
        for place in Set([0, count / 2, count - 1]) {
          var a = [Float](repeating: -3, count: count)
          a[place] = -1
          a[count - 1] = -1
          #expect(ck_argmax(a, count) == min(place, count - 1))
        }
      }
      #expect(ck_argmax([-.infinity, -.infinity], 2) == 0)
      #expect(ck_argmax([.nan, 1, 2, .nan], 4) == 2)
    }
  }

  @Test(arguments: vectorUnits) func allFiniteFindsEveryPlace(unit: String) {
    withVectorUnit(unit) {
      for count in awkwardCounts {
        var a = [Float](repeating: Float.greatestFiniteMagnitude, count: count)
        #expect(ck_all_finite(a, count))
        for place in Set([0, count / 2, count - 1]) {
          for bad in [Float.nan, .infinity, -.infinity] {
            let good = a[place]
            a[place] = bad
            #expect(!ck_all_finite(a, count))
            a[place] = good
          }
        }
      }
    }
  }
}
