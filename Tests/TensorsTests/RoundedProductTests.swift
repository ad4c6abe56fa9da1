import Tensors
import Testing

/// Products in bfloat16 on every processor, those without such products among them.
@Suite struct RoundedProductTests {
  private func random(_ shape: Shape, _ name: String) -> Tensor {
    var source = RandomSource(seed: 21, name: name)
    return .normal(shape, deviation: 1, using: &source).bfloat16().float32()
  }

  /// Of numbers that bfloat16 holds, products in it are those in float32, forwards and backwards.
  @Test(arguments: [2, 11, 40]) func productsOfWhatNeedsNoRounding(rows: Int) throws {
    let leaves = [random([rows, 33], "x"), random([7, 33], "w")]
    func results(_ precision: Precision) throws -> [[Float]] {
      let (x, weight) = (leaves[0].tracked(), leaves[1].tracked())
      let gradients = Gradients()
      let out = precision.run { () -> Tensor in
        let out = x.linear(weight)
        out.sum().backward(into: gradients)
        return out
      }
      return try [
        out.values, #require(gradients[x]).values, #require(gradients[weight]).values,
      ]
    }
    for (found, expected) in zip(try results(.bfloat16), try results(.float32)) {
      #expect(found.count == expected.count)
      for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-4) }
    }
  }
}
