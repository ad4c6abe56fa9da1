import Tensors

extension OperationCatalog {
  static func layout(_ size: Size) -> [OperationCase] {
    let (batch, rows, columns) = size.pick(test: (3, 17, 35), benchmark: (12, 512, 768))
    let shape: Shape = [batch, rows, columns]
    let reshaped: Shape = [batch * rows, columns, 1]
    let transposes = [shape, [rows, columns], [rows, 1]].map { shape in
      OperationCase("transpose", [.floats(shape)]) {
        $0[0].transposed()
      } reference: { inputs in
        let (batch, rows, columns) = inputs[0].folded
        var out = ReferenceArray(Shape(shape.extents.dropLast(2) + [columns, rows]))
        for b in 0..<batch {
          for i in 0..<rows {
            for j in 0..<columns {
              out.values[(b * columns + j) * rows + i] =
                inputs[0].values[(b * rows + i) * columns + j]
            }
          }
        }
        return out
      }
    }
    let slices = (0..<3).map { axis in
      let range = shape[axis] / 3..<shape[axis] - 1
      return OperationCase("slice.axis\(axis)", [.floats(shape)]) {
        $0[0].sliced(axis: axis - 3, range)
      } reference: {
        $0[0].slice(axis, range)
      }
    }
    let concatenations = (0..<3).map { axis in
      let shapes = [shape[axis], 1, 5].map { extent in
        Shape(shape.extents.enumerated().map { $0.offset == axis ? extent : $0.element })
      }
      return OperationCase("concatenate.axis\(axis)", shapes.map { .floats($0) }) {
        .concatenated($0, axis: axis)
      } reference: {
        .concatenate($0, axis)
      }
    }
    return [
      OperationCase("reshape", [.floats(shape)]) {
        $0[0].reshaped(reshaped)
      } reference: {
        $0[0].reshaped(reshaped)
      }
    ] + transposes + slices + concatenations
  }

  /// Rows that recur among the indices collect gradient from every place.
  static func embedding(_ size: Size) -> [OperationCase] {
    let (rows, width, indices): (Int, Int, [Shape]) = size.pick(
      test: (11, 21, [[1], [3, 13]]), benchmark: (50_257, 768, [[2048]]))
    return indices.map { shape in
      OperationCase("embedding", [.floats([rows, width]), .indices(shape, in: 0..<rows)]) {
        $0[0].rows(at: $0[1])
      } reference: { inputs in
        ReferenceArray(
          Shape(shape.extents + [width]),
          values: (0..<shape.count).flatMap { inputs[0].row(inputs[1].index(at: $0)) })
      }
    }
  }
}

extension ReferenceArray {
  /// The extents with all axes but the last two folded into one.
  var folded: (batch: Int, rows: Int, columns: Int) {
    (shape.extents.dropLast(2).reduce(1, *), shape[-2], shape[-1])
  }

  /// A range of one axis of an array of three.
  fileprivate func slice(_ axis: Int, _ range: Range<Int>) -> ReferenceArray {
    var starts = [0, 0, 0]
    var extents = shape.extents
    (starts[axis], extents[axis]) = (range.lowerBound, range.count)
    var out = ReferenceArray(Shape(extents))
    for i in 0..<extents[0] {
      for j in 0..<extents[1] {
        for k in 0..<extents[2] { out[i, j, k] = self[i + starts[0], j + starts[1], k + starts[2]] }
      }
    }
    return out
  }

  /// Arrays of three axes joined along one.
  fileprivate static func concatenate(_ arrays: [ReferenceArray], _ axis: Int) -> ReferenceArray {
    var extents = arrays[0].shape.extents
    extents[axis] = arrays.reduce(0) { $0 + $1.shape[axis] }
    var out = ReferenceArray(Shape(extents))
    var starts = [0, 0, 0]
    for array in arrays {
      for i in 0..<array.shape[0] {
        for j in 0..<array.shape[1] {
          for k in 0..<array.shape[2] {
            out[i + starts[0], j + starts[1], k + starts[2]] = array[i, j, k]
          }
        }
      }
      starts[axis] += array.shape[axis]
    }
    return out
  }
}
