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

  /// The same memory read with rows and columns exchanged.
  var transposed: Matrix {
    Matrix(
      pointer: pointer, scalarType: scalarType, rows: columns, columns: rows,
      rowStride: columnStride, columnStride: rowStride)
  }
}

extension Matrix {
  /// The same memory read at `range` of its columns.
  func columns(_ range: Range<Int>) -> Matrix {
    var part = self
    part.pointer += range.lowerBound * columnStride * scalarType.blockByteCount
    part.columns = range.count
    return part
  }

  /// The same memory read at `range` of its rows.
  func rows(_ range: Range<Int>) -> Matrix {
    var part = self
    part.pointer += range.lowerBound * rowStride * scalarType.blockByteCount
    part.rows = range.count
    return part
  }
}

/// The one seam to the library that multiplies matrices, single-threaded on the calling thread.
///
/// Both factors are float32 or both bfloat16, which every processor takes; the result is float32.
enum MatrixMultiply {
  /// Computes `out = left * right`, or `out += left * right` when `accumulates`.
  static func multiply(_ left: Matrix, _ right: Matrix, into out: Matrix, accumulates: Bool) {
    assert(left.columns == right.rows && out.rows == left.rows && out.columns == right.columns)
    guard out.rows > 0, out.columns > 0 else { return }
    if left.scalarType == .bfloat16 && Precision.fastest == .float32 {
      // A processor without such products: the same numbers, wider.
      let (wideLeft, wideRight) = (left.widened(), right.widened())
      withExtendedLifetime((wideLeft.memory, wideRight.memory)) {
        multiply(wideLeft.matrix, wideRight.matrix, into: out, accumulates: accumulates)
      }
      return
    }
    guard left.columns > 0 else {
      if !accumulates { out.clear() }  // a sum of nothing
      return
    }
    // To compile a product for a shape takes as long as a small product itself. Texts are of all lengths: a multiple of
    // 32 rows and the rest meet old shapes where the whole would be a new one.
    let rest = out.rows % rowStep
    guard rest > 0, out.rows > rowStep else {
      ThreadState.current.products.run(left, right, into: out, accumulates: accumulates)
      return
    }
    let whole = 0..<out.rows - rest
    for rows in [whole, whole.upperBound..<out.rows] {
      ThreadState.current.products.run(
        left.rows(rows), right, into: out.rows(rows), accumulates: accumulates)
    }
  }

  private static let rowStep = 32
}

/// oneDNN primitives compiled for the shapes that this thread has met.
struct MatrixProductCache: ~Copyable {
  private struct Key: Hashable {
    let scalarType: ScalarType
    let accumulates: Bool
    let rows, inner, columns: Int
    let leftStrides, rightStrides: SIMD2<Int>
    let outStride: Int
  }

  /// Decoding meets a new shape for every prompt length; beyond this many the cache starts afresh.
  private static let limit = 1024

  private var products: [Key: onednn_product] = [:]
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
    for var product in products.values { onednn_product_destroy(&product) }
    dnnl_stream_destroy(stream)
    dnnl_engine_destroy(engine)
  }

  mutating func run(_ left: Matrix, _ right: Matrix, into out: Matrix, accumulates: Bool) {
    let key = Key(
      scalarType: left.scalarType, accumulates: accumulates, rows: out.rows, inner: left.columns,
      columns: out.columns, leftStrides: SIMD2(left.rowStride, left.columnStride),
      rightStrides: SIMD2(right.rowStride, right.columnStride), outStride: out.rowStride)
    var product = products[key] ?? compile(key, left, right, out)
    check(
      onednn_product_run(&product, stream, left.pointer, right.pointer, out.pointer),
      "multiplying \(out.rows) x \(left.columns) by \(left.columns) x \(out.columns)")
  }

  private mutating func compile(
    _ key: Key, _ left: Matrix, _ right: Matrix, _ out: Matrix
  ) -> onednn_product {
    if products.count >= Self.limit {
      for var product in products.values { onednn_product_destroy(&product) }
      products.removeAll(keepingCapacity: true)
    }
    var product = onednn_product()
    check(
      onednn_product_create(
        &product, engine, left.layout, right.layout, out.layout, key.accumulates ? 1 : 0),
      "compiling \(out.rows) x \(left.columns) x \(out.columns)")
    products[key] = product
    return product
  }
}

extension Matrix {
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

  /// Sets every element of a float32 matrix to zero.
  fileprivate func clear() {
    let floats = pointer.assumingMemoryBound(to: Float.self)
    for row in 0..<rows {
      for column in 0..<columns { floats[row * rowStride + column * columnStride] = 0 }
    }
  }

  fileprivate var layout: onednn_matrix {
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
