import CKernels

extension Tensor {
  /// Whether this is a weight as a file stores it, which products take as it is.
  ///
  /// It occupies no more memory than the file: no copy in another precision is kept. Products are computed in the precision
  /// that it is stored in, whatever ``Precision/current`` says: float32 and float16 in float32; bfloat16 and blocks of integers in
  /// bfloat16 where the processor multiplies it, for a few rows at a time by kernels that read each weight once.
  public var isStored: Bool {
    switch scalarType {
    case .float32, .bfloat16: storage.isStored
    case .int32: false
    case .float16, .int8Blocks, .int4Blocks, .int4Superblocks, .int6Superblocks: true
    }
  }

  /// The numbers as a file would store them: rounded to 16 bits, or in blocks that share a scale.
  ///
  /// - Precondition: `type` is one that can be written, and rows are whole blocks of it.
  public func narrowed(to type: ScalarType) -> Tensor {
    precondition(
      type != .int4Superblocks && type != .int6Superblocks && type != .int32
        && shape.width % type.blockLength == 0,
      "\(shape) in blocks of \(type)")
    guard type != .float32 else { return float32() }
    guard type != scalarType, let kind = type.stored else { return self }
    let wide = float32()
    let narrow = Tensor(uninitialized: shape, scalarType: type)
    ck_narrow(kind, wide.floats, narrow.storage.pointer, count)
    return narrow
  }

  /// A linear map by a stored weight; see ``linear(_:bias:)``.
  func linear(stored weight: Tensor, bias: Tensor?) -> Tensor {
    let began = Profile.now
    precondition(!weight.isTracked, "a stored weight cannot be trained")
    let out = Tensor(uninitialized: shape.replacingWidth(weight.shape[0]))
    let wide = float32()
    if shape.rows <= Self.fewRows {
      wide.multiplyFewRows(by: weight.storage.pointer, weight.scalarType, into: out)
    } else {
      let product = out.matrix(in: .float32)
      Self.divided(weight.shape[0], by: 64, work: shape.rows * weight.count) { columns in
        weight.eachPanel(of: columns) { panel, rows, precision in
          MatrixMultiply.multiply(
            wide.matrix(in: precision), panel.transposed, into: product.columns(rows),
            accumulates: false)
        }
      }
    }
    if let bias { ck_add_row(out.floats, bias.floats, out.floats, out.shape.rows, out.shape.width) }
    return out.recorded(
      .linear(.float32), [self, weight] + (bias.map { [$0] } ?? []), since: began)
  }

  /// Writes this times the transpose of the weights at `weights`, each of which is read once for every four rows.
  func multiplyFewRows(
    by weights: UnsafeRawPointer, _ type: ScalarType, into out: Tensor
  ) {
    let bytes = ck_stored_scratch(shape.rows, shape.width)
    let outWidth = out.shape.width
    // Each part has its own rounded copy of x: it is small, and waiting for another's would take longer.
    Self.divided(outWidth, by: 16, work: out.count * shape.width) { columns in
      let scratch = Tensor(uninitialized: [bytes / MemoryLayout<Float>.size + 1])
      ck_stored_product(
        type.stored!, weights + type.byteCount(of: columns.lowerBound * shape.width),
        columns.count, floats, out.floats + columns.lowerBound, outWidth, shape.rows,
        shape.width, scratch.storage.pointer)
    }
  }

  /// The gradient of x where this is that of x W^T: this times the stored `weight`.
  func propagate(throughStored weight: Tensor, into out: Tensor, accumulates: Bool) {
    var isFirst = !accumulates
    weight.eachPanel { panel, rows, precision in
      var part = matrix(in: precision)
      part.pointer += rows.lowerBound * part.scalarType.blockByteCount
      part.columns = rows.count
      MatrixMultiply.multiply(
        part, panel, into: out.matrix(in: .float32), accumulates: !isFirst)
      isFirst = false
    }
  }

  /// Up to so many rows, products are as fast as memory gives the weights: the library's are made for more.
  static let fewRows = 8
  /// The elements that are widened at a time: with what is made of them they stay in the second-level cache.
  private static let panelCount = 1 << 17

  /// Calls `body` with `range` of this matrix' rows, or with one part of it after the other, in a type that oneDNN
  /// multiplies.
  private func eachPanel(
    of range: Range<Int>? = nil, _ body: (Matrix, Range<Int>, Precision) -> Void
  ) {
    let width = shape[1]
    let all = range ?? 0..<shape[0]
    // bfloat16 has fewer digits than float16, and as many as blocks of eight bits.
    let isExact = scalarType == .float32 || scalarType == .float16
    let precision = isExact ? Precision.float32 : .fastest
    if scalarType == .float32 || scalarType == .bfloat16 && precision == .bfloat16 {
      let whole = Matrix(
        pointer: storage.pointer, scalarType: scalarType, rows: shape[0], columns: width,
        rowStride: width)
      return body(whole.rows(all), all, precision)
    }
    let step = min(all.count, max(16, Self.panelCount / max(width, 1) / 16 * 16))
    let wide = Tensor(uninitialized: [step, width])
    let narrow =
      precision == .bfloat16 ? Tensor(uninitialized: [step, width], scalarType: .bfloat16) : nil
    for start in stride(from: all.lowerBound, to: all.upperBound, by: step) {
      let rows = start..<min(start + step, all.upperBound)
      let count = rows.count * width
      ck_widen(
        scalarType.stored!, storage.pointer + scalarType.byteCount(of: start * width), wide.floats,
        count)
      if let narrow {
        ck_float_to_bfloat16(
          wide.floats, narrow.storage.pointer.assumingMemoryBound(to: UInt16.self), count)
      }
      let panel = narrow ?? wide
      body(
        Matrix(
          pointer: panel.storage.pointer, scalarType: panel.scalarType, rows: rows.count,
          columns: width, rowStride: width), rows, precision)
    }
  }
}
