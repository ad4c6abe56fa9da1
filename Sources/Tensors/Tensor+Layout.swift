import CKernels

extension Tensor {
  /// The same elements under another shape; nothing is copied.
  public func reshaped(_ shape: Shape) -> Tensor {
    let began = Profile.now
    precondition(shape.count == count, "\(self.shape) reshaped to \(shape)")
    let out = Tensor(shape: shape, scalarType: scalarType, storage: storage)
    return out.recorded(.reshape, self, since: began)
  }

  /// The last two axes exchanged.
  public func transposed() -> Tensor {
    let began = Profile.now
    precondition(shape.rank >= 2, "transpose of shape \(shape)")
    let (rows, columns) = (shape[-2], shape[-1])
    let out = Tensor(uninitialized: Shape(Array(shape.extents.dropLast(2)) + [columns, rows]))
    let size = rows * columns
    for batch in 0..<(size == 0 ? 0 : count / size) {
      ck_transpose(floats + batch * size, out.floats + batch * size, rows, columns)
    }
    return out.recorded(.transpose, self, since: began)
  }

  /// The elements whose index along `axis` lies in `range`.
  public func sliced(axis: Int, _ range: Range<Int>) -> Tensor {
    let began = Profile.now
    let axis = axis < 0 ? shape.rank + axis : axis
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[axis], "slice \(range) of \(shape)")
    var extents = shape.extents
    extents[axis] = range.count
    let out = Tensor(uninitialized: Shape(extents))
    let strip = AxisStrip(of: shape, axis: axis, range)
    for outer in 0..<strip.outer {
      (out.floats + outer * strip.length)
        .update(from: floats + outer * strip.stride + strip.start, count: strip.length)
    }
    return out.recorded(.slice(axis: axis, range: range), self, since: began)
  }

  /// Tensors joined along `axis`; their other extents agree.
  public static func concatenated(_ tensors: [Tensor], axis: Int) -> Tensor {
    let began = Profile.now
    precondition(!tensors.isEmpty, "concatenation of nothing")
    let axis = axis < 0 ? tensors[0].shape.rank + axis : axis
    var extents = tensors[0].shape.extents
    for tensor in tensors {
      extents[axis] = tensor.shape[axis]
      precondition(tensor.shape.extents == extents, "\(tensor.shape) joined to \(tensors[0].shape)")
    }
    extents[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
    let out = Tensor(uninitialized: Shape(extents))
    var start = 0
    for tensor in tensors {
      let strip = AxisStrip(of: out.shape, axis: axis, start..<start + tensor.shape[axis])
      for outer in 0..<strip.outer {
        (out.floats + outer * strip.stride + strip.start)
          .update(from: tensor.floats + outer * strip.length, count: strip.length)
      }
      start += tensor.shape[axis]
    }
    return out.recorded(.concatenate(axis: axis), tensors, since: began)
  }

  /// The rows of this table ([rows, width]) that `indices` name, as [indices..., width].
  ///
  /// - Precondition: every index is in `0..<rows`.
  public func rows(at indices: Tensor) -> Tensor {
    let began = Profile.now
    precondition(shape.rank == 2, "rows of a table of shape \(shape)")
    let (height, width) = (shape[0], shape[1])
    indices.withIndices {
      precondition(
        $0.allSatisfy { $0 >= 0 && $0 < height }, "index outside a table of \(height) rows")
    }
    let out = Tensor(uninitialized: Shape(indices.shape.extents + [width]))
    if let stored = scalarType.stored {
      let stride = scalarType.byteCount(of: width)
      for (place, index) in indices.withIndices(Array.init).enumerated() {
        ck_widen(
          stored, storage.pointer + Int(index) * stride, out.floats + place * width, width)
      }
    } else {
      ck_gather_rows(floats, indices.integers, out.floats, indices.count, width)
    }
    return out.recorded(.embedding(indices: indices), self, since: began)
  }
}

/// Where a range of one axis lies in memory: `outer` strips of `length`, `stride` apart, from `start`.
struct AxisStrip {
  let outer, length, stride, start: Int

  init(of shape: Shape, axis: Int, _ range: Range<Int>) {
    let inner = shape.extents[(axis + 1)...].reduce(1, *)
    outer = shape.extents[..<axis].reduce(1, *)
    stride = shape[axis] * inner
    length = range.count * inner
    start = range.lowerBound * inner
  }
}
