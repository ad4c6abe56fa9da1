import Layers
import Tensors
import Testing

@Suite struct FeedForwardTests {
  private static func drawn(_ shape: Shape, _ name: String) -> Tensor {
    var random = RandomSource(seed: 5, name: name)
    return .normal(shape, deviation: 1, using: &random)
  }

  /// A weight as a file stores it is multiplied in its own precision: what stands before it is not rounded to bfloat16, in a
  /// pass that learns either.
  @Test(arguments: [FeedForward.Kind.gelu, .geluExact, .reluSquared, .swiGLU, .geGLU], [3, 20])
  func beforeStoredWeightsNothingIsRounded(_ kind: FeedForward.Kind, rows: Int) throws {
    let scope = ParameterScope(seed: 1)
    let layer = try FeedForward(kind, width: 32, hiddenWidth: 64, in: scope)
    for parameter in scope.store.parameters {
      parameter.isTrainable = false
      parameter.replace(with: parameter.value.narrowed(to: .float16))
    }
    let x = Self.drawn([1, rows, 32], "x")
    func outcome(_ precision: Precision) -> (y: [Float], gradient: [Float]) {
      precision.run {
        let (leaf, gradients) = (x.tracked(), Gradients())
        let y = layer(leaf)
        y.sum().backward(into: gradients)
        return (y.values, gradients[leaf]!.values)
      }
    }
    let (wide, narrow) = (outcome(.float32), outcome(.bfloat16))
    #expect(wide.y == narrow.y && wide.gradient == narrow.gradient)
  }

  /// Where the weights are trained in bfloat16, what stands between the two is rounded as the product would round it.
  @Test(arguments: [FeedForward.Kind.gelu, .geluExact, .reluSquared, .swiGLU])
  func roundingAtOnceChangesNothing(_ kind: FeedForward.Kind) throws {
    let scope = ParameterScope(seed: 1)
    let layer = try FeedForward(kind, width: 32, hiddenWidth: 64, in: scope)
    let x = Self.drawn([1, 20, 32], "x")
    Precision.bfloat16.run {
      let tracked = layer(x.tracked())
      // Nothing is tracked, so that nothing is rounded before the product does it.
      for parameter in scope.store.parameters { parameter.isTrainable = false }
      #expect(tracked.values == layer(x).values)
    }
  }
}
