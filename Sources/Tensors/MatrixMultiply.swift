import CKernels
import COneDNN

/// A matrix in memory: where it lies, how its elements are stored, and its strides in elements.
struct Matrix {
  var pointer: UnsafeMutableRawPointer
  var scalarType: ScalarType = .float32
  var rows: Int
  var columns: Int
  var rowStride: Int
  var columnStride = 1
  /// Where the whole matrix may be kept in the layout that products like best, because many will have it as their right
  /// factor; nil where it is read as it lies.
  var keeper: Storage?

  /// The same memory read with rows and columns exchanged.
  var transposed: Matrix {
    Matrix(
      pointer: pointer, scalarType: scalarType, rows: columns, columns: rows,
      rowStride: columnStride, columnStride: rowStride, keeper: keeper)
  }
}

extension Matrix {
  /// The same memory read at `range` of its columns.
  func columns(_ range: Range<Int>) -> Matrix {
    var part = self
    part.pointer += range.lowerBound * columnStride * scalarType.blockByteCount
    part.columns = range.count
    part.keeper = nil
    return part
  }

  /// The same memory read at `range` of its rows.
  func rows(_ range: Range<Int>) -> Matrix {
    var part = self
    part.pointer += range.lowerBound * rowStride * scalarType.blockByteCount
    part.rows = range.count
    part.keeper = nil
    return part
  }
}

/// The one place where matrices are multiplied, single-threaded on the calling thread: by oneDNN, or in bfloat16 by a kernel
/// of our own, which is faster where a processor multiplies pairs and has no tiles.
///
/// Both factors are float32 or both bfloat16, which every processor takes; the result is float32. A right factor that is
/// kept is arranged in the type of the left one.
enum MatrixMultiply {
  /// Computes `out = left * right + bias`, or `out += left * right + bias` when `accumulates`; `bias` is a row.
  ///
  /// The sums of the rows of `left` are added to `rowSums`, if there is such a place.
  static func multiply(
    _ left: Matrix, _ right: Matrix, bias: UnsafePointer<Float>? = nil, into out: Matrix,
    accumulates: Bool, rowSums: UnsafeMutablePointer<Float>? = nil
  ) {
    let before = accumulates ? UnsafePointer(out.pointer.assumingMemoryBound(to: Float.self)) : nil
    multiply(left, right, bias: bias, addedTo: before, into: out, rowSums: rowSums)
  }

  /// Computes `out = before + left * right + bias`, where `before` is nothing, `out` itself, or elsewhere in rows as far apart as
  /// those of `out`.
  static func multiply(
    _ left: Matrix, _ right: Matrix, bias: UnsafePointer<Float>? = nil,
    addedTo before: UnsafePointer<Float>?, into out: Matrix,
    rowSums: UnsafeMutablePointer<Float>? = nil
  ) {
    assert(left.columns == right.rows && out.rows == left.rows && out.columns == right.columns)
    guard out.rows > 0, out.columns > 0 else {
      if let rowSums { left.addRowSums(to: rowSums) }
      return
    }
    if let shape = pairedShape(left, right, out) {
      let sums = shape.leftTransposed ? rowSums : nil
      if let rowSums, sums == nil { left.addRowSums(to: rowSums) }
      return multiplyPairs(
        shape, left, right, bias: bias, addedTo: before, into: out, rowSums: sums)
    }
    if let rowSums { left.addRowSums(to: rowSums) }
    let accumulates = before == UnsafePointer(out.pointer.assumingMemoryBound(to: Float.self))
    if let before, !accumulates {
      multiply(left, right, bias: bias, addedTo: nil, into: out)
      return out.add(before)
    }
    if left.scalarType == .bfloat16 && Precision.fastest == .float32 {
      // A processor without such products: the same numbers, wider.
      let (wideLeft, wideRight) = (left.widened(), right.widened())
      withExtendedLifetime((wideLeft.memory, wideRight.memory)) {
        multiply(
          wideLeft.matrix, wideRight.matrix, bias: bias, into: out, accumulates: accumulates)
      }
      return
    }
    guard left.columns > 0 else { return out.put(sumOfNothingAnd: bias, accumulates: accumulates) }
    // To compile a product for a shape takes as long as a small product itself. Texts are of all lengths: a multiple of
    // 32 rows and the rest meet old shapes where the whole would be a new one.
    let rest = out.rows % rowStep
    guard rest > 0, out.rows > rowStep else {
      ThreadState.current.products.run(left, right, bias, into: out, accumulates: accumulates)
      return
    }
    let whole = 0..<out.rows - rest
    for rows in [whole, whole.upperBound..<out.rows] {
      ThreadState.current.products.run(
        left.rows(rows), right, bias, into: out.rows(rows), accumulates: accumulates)
    }
  }

  private static let rowStep = 32

  /// Fewer rows than that do not pay for packing the right factor, or for transposing it.
  private static let fewestPairedRows = (packed: 32, transposed: 192)

  /// Whether oneDNN has instructions for tiles (AMX), with which nothing competes.
  private static let hasTiles =
    dnnl_get_effective_cpu_isa().rawValue & dnnl_cpu_isa_avx512_core_amx.rawValue
    == dnnl_cpu_isa_avx512_core_amx.rawValue

  /// The product as our own kernel takes it; nil where it does not, or where oneDNN is faster.
  private static func pairedShape(
    _ left: Matrix, _ right: Matrix, _ out: Matrix
  ) -> ck_product_shape? {
    let (leftTransposed, rightTransposed) = (left.columnStride != 1, right.columnStride != 1)
    let fewest = rightTransposed ? fewestPairedRows.transposed : fewestPairedRows.packed
    guard left.scalarType == .bfloat16, left.columns > 0, !hasTiles, right.keeper == nil,
      out.rows >= fewest, out.columnStride == 1, ck_multiplies_bfloat16()
    else { return nil }
    guard !leftTransposed || left.rowStride == 1, !rightTransposed || right.rowStride == 1 else {
      return nil
    }
    let leftRow = leftTransposed ? left.columnStride : left.rowStride
    let rightRow = rightTransposed ? right.columnStride : right.rowStride
    let readsPairs =
      (leftTransposed ? 0 : left.columns | leftRow)
      | (rightTransposed ? left.columns | rightRow : 0)
    guard readsPairs % 2 == 0 else { return nil }
    return ck_product_shape(
      rows: out.rows, depth: left.columns, columns: out.columns, leftRow: leftRow,
      rightRow: rightRow, outRow: out.rowStride, leftTransposed: leftTransposed,
      rightTransposed: rightTransposed)
  }

  private static func multiplyPairs(
    _ shape: ck_product_shape, _ left: Matrix, _ right: Matrix, bias: UnsafePointer<Float>?,
    addedTo before: UnsafePointer<Float>?, into out: Matrix, rowSums: UnsafeMutablePointer<Float>?
  ) {
    let scratch = Tensor(uninitialized: [ck_bfloat16_product_scratch(shape)])
    ck_bfloat16_product(
      shape, left.pointer.assumingMemoryBound(to: UInt16.self),
      right.pointer.assumingMemoryBound(to: UInt16.self), bias, before,
      out.pointer.assumingMemoryBound(to: Float.self), rowSums, scratch.floats)
  }
}

/// oneDNN primitives compiled for the shapes that this thread has met.
struct MatrixProductCache: ~Copyable {
  private struct Key: Hashable {
    let scalarType: ScalarType
    let accumulates, hasBias, packsRight: Bool
    let rows, inner, columns: Int
    let leftStrides, rightStrides: SIMD2<Int>
    let outStride: Int
  }

  private struct Compiled {
    var product = onednn_product()
    /// Which layout the right factor has, where it is packed.
    var packing: UInt64 = 0
  }

  /// Decoding meets a new shape for every prompt length; beyond this many the cache starts afresh.
  private static let limit = 1024

  private var products: [Key: Compiled] = [:]
  private let engine: dnnl_engine_t
  private let stream: dnnl_stream_t

  init() {
    var engine: dnnl_engine_t?
    check(dnnl_engine_create(&engine, dnnl_cpu, 0), "creating the engine")
    var stream: dnnl_stream_t?
    check(
      dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue), "creating a stream")
    self.engine = engine!
    self.stream = stream!
  }

  deinit {
    for var compiled in products.values { onednn_product_destroy(&compiled.product) }
    dnnl_stream_destroy(stream)
    dnnl_engine_destroy(engine)
  }

  mutating func run(
    _ left: Matrix, _ right: Matrix, _ bias: UnsafePointer<Float>?, into out: Matrix,
    accumulates: Bool
  ) {
    let key = Key(
      scalarType: left.scalarType, accumulates: accumulates, hasBias: bias != nil,
      packsRight: right.keeper != nil, rows: out.rows, inner: left.columns, columns: out.columns,
      leftStrides: SIMD2(left.rowStride, left.columnStride),
      rightStrides: SIMD2(right.rowStride, right.columnStride), outStride: out.rowStride)
    var compiled = products[key] ?? compile(key, left, right, out)
    let packed = right.keeper.map { keeper in
      keeper.packed(
        isTransposed: right.columnStride > 1, layout: compiled.packing,
        byteCount: onednn_product_packed_size(&compiled.product)
      ) { pack(right, for: &compiled.product, at: $0) }
    }
    check(
      onednn_product_run(
        &compiled.product, stream, left.pointer, packed?.pointer ?? right.pointer, bias,
        out.pointer),
      "multiplying \(out.rows) x \(left.columns) by \(left.columns) x \(out.columns)")
  }

  private func pack(
    _ right: Matrix, for product: inout onednn_product, at packed: UnsafeMutableRawPointer
  ) {
    let bytes = 2 * Double(right.rows * right.columns * right.scalarType.blockByteCount)
    Profile.measured("packing", Profile.Work(bytes: bytes)) {
      check(
        onednn_product_pack(
          &product, engine, stream, right.layout(as: right.scalarType), right.pointer, packed),
        "packing \(right.rows) x \(right.columns)")
    }
  }

  private mutating func compile(
    _ key: Key, _ left: Matrix, _ right: Matrix, _ out: Matrix
  ) -> Compiled {
    if products.count >= Self.limit {
      for var compiled in products.values { onednn_product_destroy(&compiled.product) }
      products.removeAll(keepingCapacity: true)
    }
    var compiled = Compiled()
    let form = onednn_form(
      accumulates: key.accumulates, hasBias: key.hasBias, packsRight: key.packsRight)
    check(
      onednn_product_create(
        &compiled.product, engine, left.layout(as: key.scalarType),
        right.layout(as: key.scalarType), out.layout(as: .float32), form),
      "compiling \(out.rows) x \(left.columns) x \(out.columns)")
    if key.packsRight { compiled.packing = onednn_product_right_digest(&compiled.product) }
    products[key] = compiled
    return compiled
  }
}

extension Matrix {
  /// Adds the sum of every row to its place.
  func addRowSums(to sums: UnsafeMutablePointer<Float>) {
    if scalarType == .bfloat16 {
      let (wide, memory) = widened()
      return withExtendedLifetime(memory) { wide.addRowSums(to: sums) }
    }
    let floats = pointer.assumingMemoryBound(to: Float.self)
    if rowStride == 1, columnStride == rows {
      return ck_sum_rows(floats, sums, columns, rows)
    }
    for row in 0..<rows {
      for column in 0..<columns { sums[row] += floats[row * rowStride + column * columnStride] }
    }
  }

  /// Adds numbers that lie in rows as far apart as this matrix's, which are dense.
  fileprivate func add(_ others: UnsafePointer<Float>) {
    assert(columnStride == 1)
    let floats = pointer.assumingMemoryBound(to: Float.self)
    if rowStride == columns { return ck_add(others, floats, floats, rows * columns) }
    for start in stride(from: 0, to: rows * rowStride, by: rowStride) {
      ck_add(others + start, floats + start, floats + start, columns)
    }
  }

  /// A copy of a bfloat16 matrix in float32, and what holds its memory.
  fileprivate func widened() -> (matrix: Matrix, memory: Tensor) {
    guard columnStride == 1 else {
      let (matrix, memory) = transposed.widened()
      return (matrix.transposed, memory)
    }
    let memory = Tensor(uninitialized: [rows, columns])
    let numbers = pointer.assumingMemoryBound(to: UInt16.self)
    for row in 0..<rows {
      ck_bfloat16_to_float(numbers + row * rowStride, memory.floats + row * columns, columns)
    }
    let matrix = Matrix(
      pointer: memory.storage.pointer, rows: rows, columns: columns, rowStride: columns)
    return (matrix, memory)
  }

  /// What a product whose factors share an axis of no extent gives.
  fileprivate func put(sumOfNothingAnd bias: UnsafePointer<Float>?, accumulates: Bool) {
    let floats = pointer.assumingMemoryBound(to: Float.self)
    for row in 0..<rows {
      for column in 0..<columns {
        let place = row * rowStride + column * columnStride
        floats[place] = (accumulates ? floats[place] : 0) + (bias?[column] ?? 0)
      }
    }
  }

  fileprivate func layout(as scalarType: ScalarType) -> onednn_matrix {
    // An axis of extent 1 may carry any stride; oneDNN refuses some, so it gets the dense one.
    let columnStride = columns == 1 ? 1 : self.columnStride
    let rowStride = rows == 1 ? max(columns * columnStride, 1) : self.rowStride
    return onednn_matrix(
      type: scalarType == .bfloat16 ? dnnl_bf16 : dnnl_f32, rows: Int64(rows),
      columns: Int64(columns), rowStride: Int64(rowStride), columnStride: Int64(columnStride))
  }
}

/// Failures here are ours (a shape that was not checked) or the machine's (no memory), never the user's.
private func check(_ status: dnnl_status_t, _ action: @autoclosure () -> String) {
  guard status == dnnl_success else {
    fatalError("oneDNN failed with status \(status.rawValue) while \(action())")
  }
}
