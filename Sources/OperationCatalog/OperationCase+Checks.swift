import Tensors

extension OperationCase {
  /// The largest error of the result against the reference, in the terms of ``Tolerance``.
  public func forwardError(seed: UInt64 = 1) -> Double {
    let tensors = drawInputs(seed: seed)
    let result = run(tensors)
    let expected = reference(tensors.map(ReferenceArray.init))
    guard result.shape == expected.shape else { return .infinity }
    return Deviation.largest(of: ReferenceArray(result).values, from: expected.values)
  }

  /// For every differentiable input the largest error of its gradient, in the terms of ``Tolerance``.
  ///
  /// The gradient is that of the result projected on random numbers. It is held against central
  /// differences of the float64 reference: in single elements, and along random directions, in
  /// which every element takes part.
  public func gradientErrors(seed: UInt64 = 1) -> [Double] {
    let tensors = drawInputs(seed: seed)
    let gradients = projectedGradients(tensors, seed: seed)
    var arrays = tensors.map(ReferenceArray.init)
    let projection = ReferenceArray(drawProjection(reference(arrays).shape, seed: seed))
    var random = RandomSource(seed: seed, name: "checked elements of \(name)")

    /// The change of the projected reference per unit of `direction`, an offset of one input.
    func slope(_ input: Int, along direction: [(element: Int, step: Double)]) -> Double {
      let step = 1e-4
      let original = arrays[input].values
      var sides: [Double] = []
      for sign in [1.0, -1.0] {
        for (element, amount) in direction {
          arrays[input].values[element] = original[element] + sign * step * amount
        }
        sides.append(reference(arrays).zip(projection, *).values.reduce(0, +))
      }
      arrays[input].values = original
      return (sides[0] - sides[1]) / (2 * step)
    }

    return inputs.indices.filter { inputs[$0].isDifferentiable }.map { input in
      let count = arrays[input].count
      guard let gradient = gradients[input] else { return .infinity }
      guard gradient.shape == inputs[input].shape else { return .infinity }
      let found = ReferenceArray(gradient).values
      guard count > 0 else { return 0 }
      let elements =
        count <= 40 ? Array(0..<count) : (0..<40).map { _ in random.integer(in: 0..<count) }
      let length = found.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let single = Deviation.largest(
        of: elements.map { found[$0] },
        from: elements.map { slope(input, along: [($0, 1)]) },
        rootMeanSquare: length / Double(count).squareRoot())
      let overall = (0..<2).map { _ in
        let direction = (0..<count).map { (element: $0, step: Double(random.normal())) }
        let expected = slope(input, along: direction)
        let sum = direction.reduce(0) { $0 + $1.step * found[$1.element] }
        return abs(sum - expected) / max(length, 1e-12)
      }
      return max(single, overall.max() ?? 0)
    }
  }

  /// Inputs as specified, the same for the same seed.
  package func drawInputs(seed: UInt64) -> [Tensor] {
    var random = RandomSource(seed: seed, name: name)
    return inputs.map { $0.draw(using: &random) }
  }

  /// The result for `tensors` in the precision of this case.
  package func run(_ tensors: [Tensor]) -> Tensor { precision.run { compute(tensors) } }

  /// What the result is multiplied by before it is summed to one number.
  package func drawProjection(_ shape: Shape, seed: UInt64) -> Tensor {
    var random = RandomSource(seed: seed, name: "projection of \(name)")
    return InputSpecification.bfloat16Floats(shape).draw(using: &random)
  }

  /// The gradient of the projected result for every differentiable input, nil for the others.
  package func projectedGradients(_ tensors: [Tensor], seed: UInt64 = 1) -> [Tensor?] {
    let leaves = zip(inputs, tensors).map { $0.isDifferentiable ? $1.tracked() : $1 }
    let gradients = Gradients()
    let result = run(leaves)
    (result * drawProjection(result.shape, seed: seed)).sum().backward(into: gradients)
    return leaves.map { gradients[$0] }
  }
}

/// How far numbers lie from what they should be.
package enum Deviation {
  /// The largest |found - expected| / (|expected| + `rootMeanSquare`); NaN counts.
  ///
  /// The root mean square is that of all expected numbers unless they are a sample.
  package static func largest(
    of found: [Double], from expected: [Double], rootMeanSquare: Double? = nil
  ) -> Double {
    guard found.count == expected.count else { return .infinity }
    guard !found.isEmpty else { return 0 }
    let squares = expected.reduce(0) { $0 + $1 * $1 }
    let scale = rootMeanSquare ?? (squares / Double(expected.count)).squareRoot()
    return zip(found, expected).reduce(0) { largest, pair in
      let error = abs(pair.0 - pair.1) / (abs(pair.1) + max(scale, 1e-12))
      return error.isNaN ? .infinity : max(largest, error)
    }
  }
}
