import CKernels

extension Tensor {
  /// The matrix product over the last two axes; leading axes are a batch and must agree.
  public func multiplied(
    by other: Tensor, transposeSelf: Bool = false, transposeOther: Bool = false
  ) -> Tensor {
    let began = Profile.now
    let rows = shape[transposeSelf ? -1 : -2]
    let columns = other.shape[transposeOther ? -2 : -1]
    let batch = shape.extents.dropLast(2)
    precondition(
      shape[transposeSelf ? -2 : -1] == other.shape[transposeOther ? -1 : -2]
        && batch == other.shape.extents.dropLast(2),
      "product of \(shape) and \(other.shape)")
    let out = Tensor(uninitialized: Shape(Array(batch) + [rows, columns]))
    for index in 0..<batch.reduce(1, *) {
      MatrixMultiply.multiply(
        matrix(at: index, transposed: transposeSelf),
        other.matrix(at: index, transposed: transposeOther), into: out.matrix(at: index),
        accumulates: false)
    }
    return out.recorded(
      .matrixMultiply(transposeLeft: transposeSelf, transposeRight: transposeOther), self, other,
      since: began)
  }

  /// Every head of every row through a matrix of its batch entry and head: `self` [batch, time, heads, in], `matrices`
  /// [batch, in, heads, out] -> [batch, time, heads, out], or backwards, from out to in, where `transposed`.
  public func headwiseProduct(_ matrices: Tensor, transposed: Bool = false) -> Tensor {
    let began = Profile.now
    precondition(
      shape.rank == 4 && matrices.shape.rank == 4 && matrices.shape[0] == shape[0]
        && matrices.shape[2] == shape[2] && matrices.shape[transposed ? 3 : 1] == shape[3],
      "heads of \(shape) through \(matrices.shape)\(transposed ? " transposed" : "")")
    let out = Tensor(uninitialized: shape.replacingWidth(matrices.shape[transposed ? 1 : 3]))
    eachHead(matrices) { rows, matrix, place in
      MatrixMultiply.multiply(
        rows, transposed ? matrix.transposed : matrix, into: out.rows(ofHead: place),
        accumulates: false)
    }
    return out.recorded(.headwiseProduct(transposed: transposed), self, matrices, since: began)
  }

  /// A batch entry and a head.
  struct HeadPlace { var entry, head: Int }

  /// The rows [time, width] of a head of this tensor [batch, time, heads, width].
  func rows(ofHead place: HeadPlace) -> Matrix {
    let (time, heads, width) = (shape[1], shape[2], shape[3])
    return Matrix(
      pointer: UnsafeMutableRawPointer(
        floats + place.entry * time * heads * width + place.head * width), rows: time,
      columns: width, rowStride: heads * width)
  }

  /// The rows of every head of this tensor with its matrix among `matrices`, which lie as rows do.
  func eachHead(_ matrices: Tensor, _ body: (Matrix, Matrix, HeadPlace) -> Void) {
    for entry in 0..<shape[0] {
      for head in 0..<shape[2] {
        let place = HeadPlace(entry: entry, head: head)
        body(rows(ofHead: place), matrices.rows(ofHead: place), place)
      }
    }
  }

  /// A linear map of every row: `self` [..., in], `weight` [out, in], `bias` [out] -> [..., out].
  ///
  /// Computed in ``Precision/current``, but for a weight that ``isStored``; a bfloat16 weight is widened only where the
  /// precision asks for it. A few rows, as in writing, are not rounded where the weight is. With `others` of the result's shape
  /// it is the sum of both, which costs less than adding them afterwards.
  public func linear(_ weight: Tensor, bias: Tensor? = nil, addedTo others: Tensor? = nil) -> Tensor
  {
    let began = Profile.now
    let outShape = shape.replacingWidth(weight.shape[0])
    precondition(
      weight.shape.rank == 2 && weight.shape[1] == shape.width
        && bias.map { $0.count == weight.shape[0] } ?? true
        && others.map { $0.shape == outShape } ?? true,
      "rows of \(shape) through a weight of \(weight.shape), bias \(bias?.shape ?? []), to \(others?.shape ?? [])"
    )
    if weight.isStored {
      let product = linear(stored: weight, bias: bias)
      return others.map { $0 + product } ?? product
    }
    let precision = Precision.current
    let out = Tensor(uninitialized: outShape)
    // Where rows of many sequences stand together, a row's result should not depend on how many there are.
    let isAlone = ThreadState.current.sharesCores || !isTracked && !weight.isTracked
    if shape.rows <= Self.fewRows && isAlone {
      let right = weight.readable(in: precision).matrix(in: precision)
      multiplyFewRows(by: right.pointer, right.scalarType, into: out)
      if let bias {
        ck_add_row(out.floats, bias.floats, out.floats, out.shape.rows, out.shape.width)
      }
      if let others { ck_add(others.floats, out.floats, out.floats, out.count) }
    } else {
      let readable = weight.readable(in: precision)
      let right = readable.factor(in: precision, isKept: isTracked && !weight.isTracked)
      let (left, product) = (matrix(in: precision), out.matrix(in: .float32))
      Self.divided(right.rows, by: 64, work: left.rows * right.rows * right.columns) { columns in
        let part = columns.count == right.rows ? right : right.rows(columns)
        MatrixMultiply.multiply(
          left, part.transposed, bias: bias.map { UnsafePointer($0.floats + columns.lowerBound) },
          addedTo: others.map { UnsafePointer($0.floats + columns.lowerBound) },
          into: product.columns(columns))
      }
    }
    let product = out.recorded(
      .linear(precision), [self, weight] + (bias.map { [$0] } ?? []), since: began)
    // On the way back they are two operations; neither reads what the product alone would have been.
    return others.map { product.computed(by: .add, [$0, product]) } ?? product
  }

  /// This tensor, widened when it is stored in bfloat16 and `precision` asks for more.
  func readable(in precision: Precision) -> Tensor { precision == .float32 ? float32() : self }

  /// All axes but the last folded into rows, stored in `precision` (rounded once per storage).
  func matrix(in precision: Precision) -> Matrix {
    precondition(
      scalarType == .float32 || scalarType == .bfloat16 && precision == .bfloat16,
      "\(scalarType) in a product of \(precision)")
    let isReady = scalarType == .bfloat16 || precision == .float32
    let pointer = isReady ? storage.pointer : storage.rounded(count: count).pointer
    return Matrix(
      pointer: pointer, scalarType: precision == .float32 ? .float32 : .bfloat16, rows: shape.rows,
      columns: shape.width, rowStride: shape.width)
  }

  /// The same as a factor of products, which `isKept` in their favourite layout where products in bfloat16 are many.
  func factor(in precision: Precision, isKept: Bool) -> Matrix {
    guard isKept, precision == .bfloat16, Precision.fastest == .bfloat16,
      !ThreadState.current.sharesCores
    else { return matrix(in: precision) }
    return Matrix(
      pointer: storage.pointer, scalarType: scalarType, rows: shape.rows, columns: shape.width,
      rowStride: shape.width, keeper: storage)
  }

  /// The matrix of batch entry `index` over the last two axes.
  func matrix(at index: Int, transposed: Bool = false) -> Matrix {
    let (rows, columns) = (shape[-2], shape[-1])
    let matrix = Matrix(
      pointer: UnsafeMutableRawPointer(floats + index * rows * columns), rows: rows,
      columns: columns, rowStride: columns)
    return transposed ? matrix.transposed : matrix
  }
}
