import Layers
import Tensors
import Testing

@Suite struct AttentionTests {
  /// The root mean squares of the queries and keys that an attention layer attends with.
  private func sizes(_ normalization: KeyNormalization) throws -> (Float, Float) {
    var random = RandomSource(seed: 4, name: "x")
    let x = Tensor.normal([1, 5, 16], deviation: 3, using: &random)
    let attention = try Attention(
      AttentionGeometry(width: 16, headCount: 2, keyHeadCount: 1),
      normalization: normalization,
      in: ParameterScope(seed: 5) / "attention")
    var sizes: (Float, Float) = (0, 0)
    _ = attention(x, rotary: nil) { queries, keys, values, slots in
      func size(_ tensor: Tensor) -> Float {
        (tensor.values.reduce(0) { $0 + $1 * $1 } / Float(tensor.count)).squareRoot()
      }
      sizes = (size(queries), size(keys))
      return queries.attending(keys: keys, values: values, slots: slots)
    }
    return sizes
  }

  @Test(arguments: [1, 1.5, 0.5] as [Float])
  func normalizedQueriesAreSharpened(_ sharpness: Float) throws {
    let (queries, keys) = try sizes(.plain(sharpness: sharpness))
    #expect(abs(queries - sharpness) < 1e-4 && abs(keys - 1) < 1e-4)
  }
}
