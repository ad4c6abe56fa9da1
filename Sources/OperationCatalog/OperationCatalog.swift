import Tensors

/// Every operation of the engine at awkward sizes, for tests, and at a model's sizes, for benchmarks.
///
/// A family is a function that declares its cases once for both; see "Adding an operation".
public enum OperationCatalog {
  public enum Size: Sendable {
    /// Small and awkward: odd extents, single rows, more than one tile.
    case test
    /// What a layer of a 124M-parameter model meets.
    case benchmark

    func pick<Value>(test: Value, benchmark: Value) -> Value {
      self == .test ? test : benchmark
    }
  }

  /// Every case at `size`; those in bfloat16 only where the processor has it.
  public static func cases(_ size: Size) -> [OperationCase] {
    let families: [(Size) -> [OperationCase]] = [
      arithmetic, activations, reductions, layout, embedding, products, headwiseProducts, linear,
      normalization, rotary, attention, crossEntropy, convolution, causalConvolution, linearMemory,
      sparseAttention, indexLesson,
    ]
    return families.flatMap { $0(size) }
      .filter { $0.precision == .float32 || Precision.fastest == .bfloat16 }
  }
}
