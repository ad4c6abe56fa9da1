import COneDNN

/// The element type in which matrix products are computed; sums and everything else stay float32.
public enum Precision: String, Sendable, CaseIterable, Codable {
  case float32, bfloat16

  /// bfloat16 where the processor multiplies it faster than float32, else float32.
  public static let fastest: Precision =
    dnnl_get_effective_cpu_isa().rawValue & bfloat16Units == bfloat16Units ? .bfloat16 : .float32

  // oneDNN's instruction sets are bit sets; this one holds AVX-512 with bfloat16 products.
  private static let bfloat16Units = dnnl_cpu_isa_avx512_core_bf16.rawValue

  /// The precision in force on this thread; ``WorkerPool`` hands it on to its workers.
  public static var current: Precision { ThreadState.current.precision }

  /// Runs `body` with matrix products in this precision.
  public func run<R>(_ body: () throws -> R) rethrows -> R {
    let state = ThreadState.current
    let outer = state.precision
    state.precision = self
    defer { state.precision = outer }
    return try body()
  }
}
