import Layers
import Optimizers
import Tensors
import Training

/// A layer of linear attention that is trained on regressions in its context learns to do a step of gradient descent
/// (2212.07677).
public struct LearnedDescent: Study {
  package var task = RegressionTask()
  /// Training steps, and how many when it is to be quick.
  package var steps = (full: 5000, quick: 2500)

  public init() {}

  public let name = "learned-descent"
  public let claim = Claim(
    "Linear attention that learns regression learns gradient descent",
    words:
      "when they looked at the weights of that in context learning algorithm, they actually found some analogies to gradient descent "
      + "and mechanics", place: "004, 16:48",
    published: [
      "d = N = 10, x from U(-a, a), w from N(0, I): the best loss of one step of descent is d / 2 s (1 - N / (N + d - 0.2)) with s = a^2 / 3: 0.2062 at a = "
        + "0.5, with rate / N = 0.606 (von Oswald et al., 2212.07677; the published code draws x from U(-0.5, 0.5)). A trained layer's loss "
        + "and its sensitivity to the input are those of descent, and so is the loss of the weights between both."
    ])
  public let setup = """
    One layer of linear attention (the engine's Hebbian memory between learned projections, width 11) reads ten examples and is asked about \
    an eleventh input. 5,000 steps of 2,048 new problems, AdamW 1e-3, gradients of length 1e-3 at most; measured on ten thousand \
    problems. Beside it a softmax head with the same projections, the step of descent with the best rate, and the layer half way \
    between the trained one and that step: between the products of their matrices, keys and queries brought to one scale.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let steps = setting.pick(self.steps.full, quick: self.steps.quick)
    var losses: (linear: [Double], softmax: [Double]) = ([], [])
    var (coefficients, cosines, halfway) = ([Double](), [Double](), [Double]())
    var curves: [[LinePlot.Point]] = []
    for seed in setting.seeds {
      let linear = try RegressionLayer(task, seed: seed)
      curves.append(try linear.train(steps: steps, seed: seed, note: setting.note))
      let problems = task.problems(10_000, seed: seed, name: "examination")
      losses.linear.append(Double(linear.loss(problems).scalar) / 10_000)
      halfway.append(try linear.lossHalfway(to: .descent(task, rate: task.coefficient), problems))
      let found = linear.sensitivity(seed: seed)
      cosines.append(found.cosine)
      coefficients.append(found.coefficient)
      let softmax = try RegressionLayer(task, isSoftmax: true, seed: seed)
      _ = try softmax.train(steps: steps, seed: seed, note: setting.note)
      losses.softmax.append(Double(softmax.loss(problems).scalar) / 10_000)
    }
    return StudyOutcome(
      [
        Finding("loss", losses.linear, .near(task.optimum, within: 0.01 * task.optimum)),
        Finding(
          "rate / N", coefficients,
          .near(task.coefficient, within: 0.02 * task.coefficient)),
        Finding("cosine of the sensitivities", cosines, .atLeast(0.99)),
        Finding("loss half way to descent's weights, of both ends'", halfway, .atMost(1.01)),
        Finding("loss of a softmax head", losses.softmax, .atLeast(1.02 * task.optimum)),
      ],
      [
        .plot(
          LinePlot(
            "A layer learns to descend", xLabel: "step", yLabel: "loss",
            zip(setting.seeds, curves).map { .init("seed \($0)", $1) }
              + [
                .init(
                  "one step of descent",
                  [.init(0, task.optimum), .init(Double(steps), task.optimum)])
              ]))
      ])
  }
}
