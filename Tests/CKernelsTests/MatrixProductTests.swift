import CKernels
import Testing

/// Products of matrices in bfloat16, of whole numbers so small that every sum is exact.
@Suite struct MatrixProductTests {
  private static let units = vectorUnits.filter { name in
    defer { ck_select_vector_unit(nil) }
    return ck_select_vector_unit(name) && ck_multiplies_bfloat16()
  }

  /// A matrix in bfloat16 whose rows lie `stride` apart; what lies between them is NaN.
  private struct Factor {
    let rows, columns, stride: Int
    let numbers: [Int]

    init(_ rows: Int, _ columns: Int, margin: Int, _ random: inout SeededNumbers) {
      (self.rows, self.columns, stride) = (rows, columns, columns + margin)
      numbers = (0..<rows * columns).map { _ in Int(random.index(below: 7)) - 3 }
    }

    var memory: [UInt16] {
      var memory = [UInt16](repeating: 0x7fc0, count: rows * stride)
      for row in 0..<rows {
        for column in 0..<columns {
          let number = Float(numbers[row * columns + column])
          memory[row * stride + column] = UInt16(number.bitPattern >> 16)
        }
      }
      return memory
    }

    func number(_ row: Int, _ column: Int, transposed: Bool) -> Int {
      numbers[transposed ? column * columns + row : row * columns + column]
    }
  }

  /// The edges of strips, of panels, of the depth that is packed and of the rows that are computed at a time.
  @Test(arguments: units, [(1, 2), (6, 64), (7, 130), (97, 256), (61, 514), (775, 34), (40, 33)])
  func agreesWithPlainLoops(unit: String, extents: (rows: Int, depth: Int)) {
    let (rows, depth) = extents
    var random = SeededNumbers(UInt64(rows * 1000 + depth))
    withVectorUnit(unit) {
      for columns in [1, 15, 16, 64, 65, 130] {
        for (leftTransposed, rightTransposed) in [
          (false, true), (false, false), (true, false), (true, true),
        ] where depth % 2 == 0 || leftTransposed && !rightTransposed {
          let left = Factor(
            leftTransposed ? depth : rows, leftTransposed ? rows : depth, margin: 2, &random)
          let right = Factor(
            rightTransposed ? columns : depth, rightTransposed ? depth : columns, margin: 4, &random
          )
          check(left, right, leftTransposed, rightTransposed, depth: depth)
        }
      }
    }
  }

  /// What a product is added to.
  private enum Before: CaseIterable { case nothing, result, others }

  private func check(
    _ left: Factor, _ right: Factor, _ leftTransposed: Bool, _ rightTransposed: Bool, depth: Int
  ) {
    let rows = leftTransposed ? left.columns : left.rows
    let columns = rightTransposed ? right.rows : right.columns
    let outRow = columns + 3
    let bias = (0..<columns).map { Float($0 % 5) }
    let plain = (0..<rows * columns).map { place in
      (0..<depth).reduce(0) { sum, k in
        sum + left.number(place / columns, k, transposed: leftTransposed)
          * right.number(k, place % columns, transposed: rightTransposed)
      }
    }
    let shape = ck_product_shape(
      rows: rows, depth: depth, columns: columns, leftRow: left.stride, rightRow: right.stride,
      outRow: outRow, leftTransposed: leftTransposed, rightTransposed: rightTransposed)
    let elsewhere = (0..<rows * outRow).map { Float($0 % 7) }
    for before in Before.allCases {
      var scratch = [Float](repeating: .nan, count: ck_bfloat16_product_scratch(shape))
      var sums = [Float](repeating: 1, count: rows)
      let out = written(rows * outRow, over: [Float](repeating: 2, count: rows * outRow)) { out in
        sums.withUnsafeMutableBufferPointer { sums in
          elsewhere.withUnsafeBufferPointer { elsewhere in
            let added: UnsafePointer<Float>? =
              switch before {
              case .nothing: nil
              case .result: UnsafePointer(out)
              case .others: elsewhere.baseAddress
              }
            ck_bfloat16_product(
              shape, left.memory, right.memory, before == .result ? nil : bias, added, out,
              leftTransposed ? sums.baseAddress : nil, &scratch)
          }
        }
      }
      let label = "\(rows) x \(depth) x \(columns), \(leftTransposed), \(rightTransposed)"
      let expected = (0..<rows * outRow).map { place -> Float in
        let (row, column) = (place / outRow, place % outRow)
        guard column < columns else { return 2 }
        let added =
          switch before {
          case .nothing: bias[column]
          case .result: Float(2)
          case .others: bias[column] + elsewhere[place]
          }
        return Float(plain[row * columns + column]) + added
      }
      #expect(out == expected, "\(label), added to \(before)")
      guard leftTransposed else { continue }
      let expectedSums = (0..<rows).map { row in
        1 + Float((0..<depth).reduce(0) { $0 + left.number(row, $1, transposed: true) })
      }
      #expect(sums == expectedSums, "\(label), sums of rows")
    }
  }
}
