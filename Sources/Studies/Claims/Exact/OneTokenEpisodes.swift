import Foundation
import Tensors
import Training

/// Next-token prediction is reinforcement learning with episodes of one token; what an outcome teaches beyond that.
public struct OneTokenEpisodes: Study {
  /// What a right token is rewarded with, of its probability; 1 / p is right.
  package var reward: @Sendable (Double) -> Double = { 1 / $0 }

  public init() {}

  public let name = "one-token-episodes"
  public let claim = Claim(
    "Next-token prediction is reinforcement learning with one-token episodes",
    words:
      "Next-token prediction in LLMs can be framed as a form of RL where the \"episode\" is just one token long and the reward is based "
      + "on prediction accuracy", place: "001",
    published: [
      "With reward 1[a = y] / p(y) the expected policy gradient is the gradient of the cross-entropy (Williams 1992, worked out).",
      "With reward 1[a = y] the estimate's variance is p (1 - p) |e_y - pi|^2; of groups of G answers p^G + (1 - p)^G teach nothing "
        + "(2402.03300, worked out); a chain of T steps is right as a whole with p^T.",
    ])
  public let setup = """
    The gradient of the engine's cross-entropy against the expectation over all actions, worked out, for random distributions over 50 tokens; \
    the variance of single rollouts, the share of groups whose advantages are all zero by the engine's own rule, and the share \
    of chains that are rewarded at all, each drawn and held against its formula within four standard errors.
    """

  private let vocabulary = 50

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let draws = setting.pick(200_000, quick: 20_000)
    var (difference, variance, dead, chains) = ([Double](), [Double](), [Double](), [Double]())
    var squaredError = 0.0
    let (p, group, steps) = (0.2, 8, 5)
    for seed in setting.seeds {
      var random = RandomSource(seed: seed, name: name)
      difference.append(
        (0..<20).reduce(0) { largest, _ in max(largest, distanceFromCrossEntropy(&random)) })
      let drawn = relativeVariance(draws, &random)
      variance.append(drawn.ratio)
      squaredError += drawn.error * drawn.error
      let silent = (0..<draws / group).count { _ in
        let rewards = (0..<group).map { _ in Double(random.uniform()) < p ? 1.0 : 0 }
        return ReinforcementCredit.advantages(rewards).allSatisfy { $0 == 0 }
      }
      dead.append(Double(silent) / Double(draws / group))
      let whole = (0..<draws).count { _ in
        (0..<steps).allSatisfy { _ in Double(random.uniform()) < 0.8 }
      }
      chains.append(Double(whole) / Double(draws))
    }
    let count = Double(setting.seeds.count)
    let silent = pow(p, Double(group)) + pow(1 - p, Double(group))
    let whole = pow(0.8, Double(steps))
    func error(_ share: Double, _ each: Int) -> Double {
      4 * (share * (1 - share) / (count * Double(each))).squareRoot()
    }
    return StudyOutcome(
      [
        Finding("largest difference from the cross-entropy's gradient", difference, .atMost(1e-6)),
        Finding(
          "variance drawn / worked out", variance,
          .near(1, within: 4 * squaredError.squareRoot() / count)),
        Finding(
          "groups of 8 that teach nothing at p = 0.2", dead,
          .near(silent, within: error(silent, draws / group))),
        Finding(
          "chains of 5 that are right as a whole at p = 0.8", chains,
          .near(whole, within: error(whole, draws))),
      ],
      [
        .plot(
          LinePlot(
            "Rollouts for a reward, by the steps it takes", xLabel: "steps",
            yLabel: "log10 of rollouts",
            [
              .init("by outcome", (1...50).map { .init(Double($0), -log10(pow(0.8, Double($0)))) }),
              .init("by process", (1...50).map { .init(Double($0), -log10(0.8)) }),
            ]))
      ])
  }

  /// A distribution, and the token that is right.
  private func drawn(_ random: inout RandomSource) -> (logits: Tensor, right: Int) {
    (.normal([1, vocabulary], deviation: 1, using: &random), random.integer(in: 0..<vocabulary))
  }

  /// The gradient of `loss` by the logits.
  private func gradient(_ logits: Tensor, _ loss: (Tensor) -> Tensor) -> [Double] {
    let leaf = logits.detached().tracked()
    let gradients = Gradients()
    loss(leaf).backward(into: gradients)
    return gradients[leaf]?.values.map(Double.init) ?? []
  }

  private func surprise(_ logits: Tensor, _ token: Int) -> Tensor {
    logits.crossEntropy(SparseTargets(labels: [Int32(token)])).sum()
  }

  private func distanceFromCrossEntropy(_ random: inout RandomSource) -> Double {
    let (logits, right) = drawn(&random)
    let policy = logits.softmax().values
    let imitation = gradient(logits) { surprise($0, right) }
    let reinforcement = gradient(logits) { logits in
      (0..<vocabulary).reduce(Tensor([0], shape: [])) { expected, action in
        let p = Double(policy[action])
        let reward = action == right ? self.reward(p) : 0
        return expected + surprise(logits, action) * Float(p * reward)
      }
    }
    return zip(imitation, reinforcement).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// The variance of rollouts' gradients by what it should be, and the standard error of that.
  private func relativeVariance(
    _ draws: Int, _ random: inout RandomSource
  ) -> (ratio: Double, error: Double) {
    let (logits, right) = drawn(&random)
    let policy = logits.softmax().values.map(Double.init)
    let p = policy[right]
    // Of a rollout that is rewarded; others' gradients are 0.
    let rewarded = gradient(logits) { surprise($0, right) }
    let hits = (0..<draws).count { _ in
      var place = Double(random.uniform())
      let action = policy.firstIndex { share in
        place -= share
        return place < 0
      }
      return action == right
    }
    let share = Double(hits) / Double(draws)
    let variance = rewarded.reduce(0) { sum, slope in
      let mean = share * slope
      return sum + share * slope * slope - mean * mean
    }
    let square = policy.enumerated().reduce(0) {
      let difference = ($1.offset == right ? 1 : 0) - $1.element
      return $0 + difference * difference
    }
    return (variance / (p * (1 - p) * square), ((1 - p) / (p * Double(draws))).squareRoot())
  }
}
