import Tensors

extension OperationCatalog {
  /// All four ways to transpose the factors, single matrices and batches of them.
  static func products(_ size: Size) -> [OperationCase] {
    let sizes: [(batch: [Int], rows: Int, inner: Int, columns: Int)] = size.pick(
      test: [([], 1, 1, 1), ([], 19, 33, 7), ([2, 3], 5, 18, 9), ([2], 1, 17, 3), ([2], 4, 1, 6)],
      benchmark: [([], 768, 768, 768), ([12], 256, 64, 256)])
    return sizes.flatMap { batch, rows, inner, columns in
      [(false, false), (false, true), (true, false), (true, true)].map { left, right in
        OperationCase(
          "matrixMultiply" + (left ? ".transposeLeft" : "") + (right ? ".transposeRight" : ""),
          [
            .floats(Shape(batch + (left ? [inner, rows] : [rows, inner]))),
            .floats(Shape(batch + (right ? [columns, inner] : [inner, columns]))),
          ], flops: 2 * batch.reduce(1, *) * rows * inner * columns
        ) {
          $0[0].multiplied(by: $0[1], transposeSelf: left, transposeOther: right)
        } reference: { inputs in
          .product(inputs[0], inputs[1], left, right)
        }
      }
    }
  }

  /// A matrix for every batch entry and head, both ways.
  static func headwiseProducts(_ size: Size) -> [OperationCase] {
    let forms: [(batch: Int, time: Int, heads: Int, inner: Int, outer: Int)] = size.pick(
      test: [(2, 5, 3, 7, 4), (1, 1, 1, 1, 17)], benchmark: [(8, 16, 6, 64, 64)])
    return forms.flatMap { form in
      [false, true].map { transposed in
        let width = transposed ? form.outer : form.inner
        return OperationCase(
          "headwiseProduct" + (transposed ? ".transposed" : ""),
          [
            .floats([form.batch, form.time, form.heads, width]),
            .floats([form.batch, form.inner, form.heads, form.outer]),
          ], flops: 2 * form.batch * form.time * form.heads * form.inner * form.outer
        ) {
          $0[0].headwiseProduct($0[1], transposed: transposed)
        } reference: { inputs in
          let (x, matrices) = (inputs[0], inputs[1])
          let result = transposed ? form.inner : form.outer
          var out = ReferenceArray([form.batch, form.time, form.heads, result])
          for b in 0..<form.batch {
            for t in 0..<form.time {
              for h in 0..<form.heads {
                for i in 0..<form.inner {
                  for j in 0..<form.outer {
                    if transposed {
                      out[b, t, h, i] += x[b, t, h, j] * matrices[b, i, h, j]
                    } else {
                      out[b, t, h, j] += x[b, t, h, i] * matrices[b, i, h, j]
                    }
                  }
                }
              }
            }
          }
          return out
        }
      }
    }
  }

  /// With and without bias, in both precisions, for a batch and for a single row.
  static func linear(_ size: Size) -> [OperationCase] {
    let sizes: [(rows: [Int], inner: Int, outer: Int)] = size.pick(
      test: [([3, 5], 33, 19), ([1], 40, 27), ([6], 1, 1)],
      benchmark: [([2048], 768, 3072), ([2048], 3072, 768), ([1], 768, 3072)])
    return sizes.flatMap { rows, inner, outer in
      [false, true].flatMap { hasBias in
        let shapes: [Shape] =
          [Shape(rows + [inner]), [outer, inner]] + (hasBias ? [[outer]] : [])
        let suffix = hasBias ? ".bias" : ""
        let variants: [(String, [InputSpecification], Precision, Tolerance)] = [
          ("linear", shapes.map { .floats($0) }, .float32, .float32),
          // Exact factors: only the order of the float32 sums may differ.
          ("linear.bfloat16", shapes.map { .bfloat16Floats($0) }, .bfloat16, .float32),
          ("linear.bfloat16.rounding", shapes.map { .floats($0) }, .bfloat16, .bfloat16),
        ]
        // Errors of rounding are small beside sums of many products, not beside a single one.
        let isRoundingTested = size == .test && inner > 1
        return variants.prefix(isRoundingTested ? 3 : 2).map {
          name, inputs, precision, tolerance in
          OperationCase(
            name + suffix, inputs, precision: precision,
            flops: 2 * rows.reduce(1, *) * inner * outer, tolerance: tolerance
          ) {
            $0[0].linear($0[1], bias: hasBias ? $0[2] : nil)
          } reference: { inputs in
            let x = inputs[0].reshaped([inputs[0].rows, inner])
            let out = ReferenceArray.product(x, inputs[1], false, true)
              .reshaped(Shape(rows + [outer]))
            guard hasBias else { return out }
            return out.mapRows { row in zip(row, inputs[2].values).map { $0 + $1 } }
          }
        }
      }
    }
  }
}

extension ReferenceArray {
  fileprivate static func product(
    _ left: ReferenceArray, _ right: ReferenceArray, _ transposeLeft: Bool, _ transposeRight: Bool
  ) -> ReferenceArray {
    let (batch, leftRows, leftColumns) = left.folded
    let (_, rightRows, rightColumns) = right.folded
    let (rows, inner) = transposeLeft ? (leftColumns, leftRows) : (leftRows, leftColumns)
    let columns = transposeRight ? rightRows : rightColumns
    var out = ReferenceArray(Shape(left.shape.extents.dropLast(2) + [rows, columns]))
    for b in 0..<batch {
      for i in 0..<rows {
        for j in 0..<columns {
          var sum = 0.0
          for k in 0..<inner {
            let a = transposeLeft ? k * rows + i : i * inner + k
            let c = transposeRight ? j * inner + k : k * columns + j
            sum += left.values[b * rows * inner + a] * right.values[b * inner * columns + c]
          }
          out.values[(b * rows + i) * columns + j] = sum
        }
      }
    }
    return out
  }
}
