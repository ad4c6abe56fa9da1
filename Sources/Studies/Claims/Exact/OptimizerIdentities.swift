import Layers
import Optimizers
import Tensors
import Training

/// What optimizers have in common with associative memories, where it can be worked out.
public struct OptimizerIdentities: Study {
  /// What the step's rate is multiplied by; 1 is right.
  package var wrongly: Float = 1

  public init() {}

  public let name = "optimizer-identities"
  public let claim = Claim(
    "An optimizer is a memory of gradients",
    words:
      "the architecture compresses tokens, while the optimizer compresses gradients", place: "000",
    published: [
      "Without accumulation Shampoo's step is U V^T of the gradient's singular value decomposition (2409.20325); Muon comes near it: its "
        + "quintic puts singular values between 0.01 and 1 into [0.682, 1.134].",
      "A step of descent minimises <W x, grad_y L> + |W - W_t|^2 / (2 rate): the weights learn to answer x with the surprise "
        + "(Behrouz et al., 2512.24695, equation 4).",
    ])
  public let setup = """
    Random matrices. Shampoo's (G G^T)^-1/4 G (G^T G)^-1/4 and the polar factor of G in float64, each by Newton's iteration; the \
    singular values that the engine's Muon leaves of diagonal matrices; the gradient of the step's objective where the engine's \
    SGD arrives.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    var (shampoo, slope) = ([Double](), [Double]())
    for seed in setting.seeds {
      var random = RandomSource(seed: seed, name: name)
      var largest = (shampoo: 0.0, slope: 0.0)
      for _ in 0..<setting.pick(50, quick: 10) {
        let gradient = SmallMatrix(4, 4) { _, _ in Double(random.normal()) }
        largest.shampoo = max(
          largest.shampoo, Self.shampoo(gradient).distance(to: Self.polar(gradient)))
        largest.slope = max(largest.slope, try slopeBehindAStep(&random))
      }
      shampoo.append(largest.shampoo)
      slope.append(largest.slope)
    }
    // Two numbers on a diagonal whose squares add up to 1 are their own singular values.
    let curve = (1...99).map { step -> LinePlot.Point in
      let value = Float(step) / 100
      let other = (1 - value * value).squareRoot()
      let left = Muon.orthogonalized(Tensor([value, 0, 0, other], shape: [2, 2])).values
      return .init(Double(value), Double(left[0]))
    }
    return StudyOutcome(
      [
        Finding("Shampoo less U V^T, at most", shampoo, .atMost(1e-6)),
        Finding("slope where a step of descent ends, at most", slope, .atMost(1e-5)),
        Finding(
          "Muon's lowest singular value", curve.map(\.y).min() ?? 0, .near(0.682, within: 0.02)),
        Finding(
          "Muon's highest singular value", curve.map(\.y).max() ?? 0, .near(1.134, within: 0.02)),
      ],
      [
        .plot(
          LinePlot(
            "What Muon makes of a singular value", xLabel: "before", yLabel: "after",
            [.init("five steps of the quintic", curve)]))
      ])
  }

  /// The largest slope of <W x, g> + |W - W_t|^2 / (2 rate) where the engine's descent goes.
  private func slopeBehindAStep(_ random: inout RandomSource) throws -> Double {
    let rate: Float = 0.1
    let scope = ParameterScope(seed: random.next())
    let weight = try scope.parameter("weight", [3, 5], .normal(deviation: 1))
    let before = weight.value.values
    let x = Tensor.normal([1, 5], deviation: 1, using: &random)
    let surprise = Tensor.normal([1, 3], deviation: 1, using: &random)
    let gradients = Gradients()
    (x.linear(weight.effective) * surprise).sum().backward(into: gradients)
    var descent = SGD(learningRate: rate * wrongly)
    descent.update([weight], along: gradients, rate: 1, gradientScale: 1)
    let (inputs, errors, after) = (x.values, surprise.values, weight.value.values)
    return (0..<15).reduce(0) { largest, place in
      let slope = errors[place / 5] * inputs[place % 5] + (after[place] - before[place]) / rate
      return max(largest, Double(abs(slope)))
    }
  }

  /// Shampoo's step from a single gradient.
  private static func shampoo(_ gradient: SmallMatrix) -> SmallMatrix {
    let left = (gradient * gradient.transposed).squareRoot.squareRoot.inverse
    let right = (gradient.transposed * gradient).squareRoot.squareRoot.inverse
    return left * gradient * right
  }

  /// U V^T: Newton's iteration X <- (X + X^-T) / 2 (Higham, Functions of Matrices, 8.3).
  private static func polar(_ gradient: SmallMatrix) -> SmallMatrix {
    (0..<60).reduce(gradient) { x, _ in
      (x + x.inverse.transposed).scaled(by: 0.5)
    }
  }
}
