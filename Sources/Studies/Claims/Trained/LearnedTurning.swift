import Sleep
import Tensors
import Training

/// A layer that is passed twice learns more than two steps of descent: the first turns the inputs so that the second finds a rounder
/// valley (GD++, 2212.07677).
public struct LearnedTurning: Study {
  package var task = RegressionTask()
  /// What the trained layer is given.
  package var steps = (full: 10_000, quick: 3500)
  /// How many examples there are, and what is published.
  package var published = [(10, 0.179), (25, 0.099), (50, 0.056), (100, 0.029)]
  /// How often the trained layer is passed; two is right.
  package var passes = 2

  public init() {}

  public let name = "learned-turning"
  public let claim = Claim(
    "Linear attention that is passed twice corrects the curvature as well",
    words:
      "they actually found some analogies to gradient descent mechanics [...] who knows how in context learning works but I actually "
      + "think that it's probably doing a bit of some kind of a funky gradient descent internally",
    place: "004, 16:48",
    published: [
      "Two passes do better than two steps of descent. They are GD++, which takes x_j <- x_j - gamma X X^T x_j off the inputs at every "
        + "step; the best gamma is 0.179, 0.099, 0.056 and 0.029 with 10, 25, 50 and 100 examples of 10 numbers (von Oswald et al., "
        + "2212.07677, appendix A.10)."
    ])
  public let setup = """
    The best rate and gamma, the same in both steps, by search on 4,000 problems with x from U(-0.5, 0.5): with w from N(0, I) the loss \
    of a problem is half the variance times the squares of 1 - p(l) over the eigenvalues l of X X^T, where p is what two steps know of a \
    direction. Then a layer of linear attention that ten examples pass twice, 10,000 steps of 1,024 problems, AdamW 1e-3 \
    that falls to 0 in the second half, on ten thousand problems.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let steps = setting.pick(self.steps.full, quick: self.steps.quick)
    var turnings = published.map { _ in [Double]() }
    var (better, losses, learned, halfway) = ([Double](), [Double](), [Double](), [Double]())
    var curves: [LinePlot.Series] = []
    for seed in setting.seeds {
      for (index, (examples, _)) in published.enumerated() {
        var task = task
        task.examples = examples
        turnings[index].append(TwoSteps.best(task, seed: seed).turning)
      }
      let best = TwoSteps.best(task, seed: seed)
      let plain = TwoSteps.best(task, seed: seed, turns: false)
      better.append(plain.loss / best.loss)

      let layer = try RegressionLayer(task, passes: passes, seed: seed)
      let curve = try layer.train(
        steps: steps, batch: 1024, rateFalls: true, seed: seed, note: setting.note)
      curves.append(.init("seed \(seed)", curve))
      let problems = task.problems(10_000, seed: seed, name: "examination")
      let wanted = RegressionLayer.Products.descent(task, rate: best.rate, turning: best.turning)
      let descent = try RegressionLayer(task, passes: 2, wanted)
      losses.append(Double(layer.loss(problems).scalar / descent.loss(problems).scalar))
      learned.append(layer.products.normalized(task).turning(task))
      halfway.append(try layer.lossHalfway(to: wanted, problems))
      if seed == setting.seeds.first {
        curves.append(.init("GD++", [.init(0, best.loss), .init(Double(steps), best.loss)]))
        curves.append(
          .init("two steps", [.init(0, plain.loss), .init(Double(steps), plain.loss)]))
      }
    }
    let own = published.first { $0.0 == task.examples }?.1 ?? 0
    return StudyOutcome(
      zip(published, turnings).map { published, found in
        Finding(
          "best gamma, \(published.0) examples", found,
          .near(published.1, within: 0.03 * published.1))
      } + [
        Finding("loss of two steps without turning, of GD++'s", better, .atLeast(1.1)),
        Finding(
          "loss of the trained layer, of GD++'s", losses, .atMost(setting.pick(1.02, quick: 1.08))),
        Finding("its gamma", learned, .near(own, within: 0.1 * own)),
        Finding("loss half way to GD++'s weights, of both ends'", halfway, .atMost(1.02)),
      ],
      [.plot(LinePlot("A layer learns to turn", xLabel: "step", yLabel: "loss", curves))])
  }
}

/// Two steps of GD++ with one rate and one gamma.
private struct TwoSteps {
  var rate, turning, loss: Double

  /// The best there are on 4,000 problems.
  static func best(_ task: RegressionTask, seed: UInt64, turns: Bool = true) -> TwoSteps {
    let values = eigenvalues(task, seed: seed)
    func loss(_ rate: Double, _ turning: Double) -> Double {
      let squares = values.reduce(0) { sum, value in
        let turned = 1 - turning * value
        let known = rate * value * (1 + (1 - rate * value) * turned * turned)
        return sum + (1 - known) * (1 - known)
      }
      return task.variance / 2 * squares / Double(values.count / task.width)
    }
    var best = TwoSteps(rate: task.coefficient, turning: 0, loss: 0)
    best.loss = loss(best.rate, 0)
    var step = best.rate / 4
    while step > 1e-4 * best.rate {
      var neighbours = [-step, step].map { (best.rate + $0, best.turning) }
      if turns { neighbours += [-step, step].map { (best.rate, best.turning + $0 / 4) } }
      let found = neighbours.map { TwoSteps(rate: $0, turning: $1, loss: loss($0, $1)) }
        .min { $0.loss < $1.loss }!
      if found.loss < best.loss { best = found } else { step /= 2 }
    }
    return best
  }

  /// Of X X^T, of all problems.
  private static func eigenvalues(_ task: RegressionTask, seed: UInt64) -> [Double] {
    let (count, width) = (4000, task.width)
    let rows = task.problems(count, seed: seed, name: "eigenvalues").examples.values
    return (0..<count).flatMap { problem in
      func number(_ example: Int, _ axis: Int) -> Double {
        Double(rows[(problem * task.examples + example) * (width + 1) + axis])
      }
      return SymmetricEigenvalues.of(
        (0..<width).map { a in
          (0..<width).map { b in
            (0..<task.examples).reduce(0) { $0 + number($1, a) * number($1, b) }
          }
        })
    }
  }
}
