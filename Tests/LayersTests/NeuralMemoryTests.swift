import Layers
import Tensors
import Testing

/// What a write does to a memory's weights, held against the gradient of what it is to descend.
@Suite struct NeuralMemoryTests {
  private let width = 6
  private let hiddenWidth = 4

  private func normal(_ shape: Shape, _ name: String) -> Tensor {
    var random = RandomSource(seed: 1, name: name)
    return .normal(shape, deviation: 0.7, using: &random)
  }

  private func constant(_ value: Float) -> Tensor { Tensor(repeating: value, shape: [1, 1, 1]) }

  /// W - rate grad of 1/2 |M(k) - v|^2, the gradient by way of reading; of delta descent the first term is
  /// keep W (I - rate h h^T) with h what the weight is multiplied by.
  @Test(
    arguments: [NeuralMemory.Descent.momentum, .delta],
    [(1, false), (1, true), (2, false), (2, true)]
  )
  func aWriteGoesDownTheGradient(
    _ descent: NeuralMemory.Descent, _ form: (depth: Int, isResidual: Bool)
  ) throws {
    let scope = ParameterScope(seed: 1)
    let beginning = try NeuralMemory.Beginning(
      .init(descent, isResidual: form.isResidual, period: 1), depth: form.depth, heads: 1,
      width: width, hiddenWidth: hiddenWidth, in: scope)
    for parameter in scope.store.parameters {
      parameter.replace(with: normal(parameter.shape, parameter.path))
    }
    var memory = beginning.memory(batch: 1)
    let (key, value) = (normal([1, 1, 1, width], "key"), normal([1, 1, 1, width], "value"))
    let (rate, keep): (Float, Float) = (0.3, 0.9)

    var tracked = memory
    tracked.settled = scope.store.parameters.map {
      $0.value.detached().reshaped(Shape([1] + $0.shape.extents)).tracked()
    }
    let error = tracked.read(key) - value
    let gradients = Gradients()
    ((error * error).sum() * 0.5).backward(into: gradients)

    let before = tracked.settled.map { $0.detached() }
    // The error of the last layer is that of the weights as they are: of what is kept of them.
    if descent == .momentum {
      memory.write(
        .init(
          keys: key, values: value, rate: constant(rate), keep: constant(1),
          inertia: constant(0)))
    } else {
      memory.write(
        .init(keys: key, values: value, rate: constant(rate), keep: constant(keep)))
    }
    let inputs =
      form.depth == 1
      ? [key]
      : [
        key,
        key.headwiseProduct(before[0]).activated(by: .tanh)
          * (1 / Float(hiddenWidth).squareRoot()),
      ]
    for layer in 0..<form.depth {
      let gradient = try #require(gradients[tracked.settled[layer]])
      var expected = before[layer] - gradient * rate
      if descent == .delta {
        let kept = before[layer] * keep
        let called = inputs[layer].headwiseProduct(kept)
        let input = inputs[layer].reshaped([inputs[layer].count, 1])
        let erased = input.multiplied(by: called.reshaped([1, called.count]))
        expected = kept - erased.reshaped(kept.shape) * rate - gradient * rate
      }
      let distance = zip(memory.running[layer].memory.values, expected.values)
        .reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      #expect(distance < 1e-5, "layer \(layer)")
    }
  }
}
