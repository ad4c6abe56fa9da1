import Foundation
import LanguageModels
import Layers
import Lens
import Tensors
import Training

/// Pushing a model's state along a concept and showing it examples add up in log-odds: one can be paid in the other.
public struct SteeringAndExamples: Study {
  package var steps = (full: 3000, quick: 800)
  /// What the push is multiplied by when it is predicted, 1 being right.
  package var currency = 1.0

  public init() {}

  public let name = "steering-law"
  public let claim = Claim(
    "A push of the state is worth so many examples",
    words:
      "Research suggests a formal equivalence between modifying a model's internal activations (steering) and providing prompt examples (in-context "
      + "learning). This framework could potentially create a formula to convert between the two techniques",
    place: "000",
    published: [
      "p = sigmoid(b + a m + gamma N^(1 - alpha)): the magnitude m of a push and N examples add in log-odds (Bigelow et al., 2511.00617; its abstract)."
    ])
  public let setup = """
    A core of two blocks reads up to 24 tosses of one of two coins (heads in 7 of 10 or in 3 of 10) and says which coin it is. The push is added to its \
    residual stream between the blocks, where it is asked; its direction is the mean state after eight heads less that after eight tails. \
    The law is fitted on every other pair of N heads (0 to 8) and push (-1 to 1 times half that difference) and predicts the rest.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let steps = setting.pick(self.steps.full, quick: self.steps.quick)
    var (explained, errors, worth, alphas) = ([Double](), [Double](), [Double](), [Double]())
    var bayes: [Double] = []
    var series: [LinePlotSeries] = []
    for seed in setting.seeds {
      let coins = try CoinReader(steps: steps, seed: seed)
      bayes.append(coins.errorAgainstBayes(seed: seed))
      let direction = coins.direction
      let pushes = stride(from: -1.0, through: 1, by: 0.25).map { $0 }
      var points: [SteeringLaw.Point] = []
      for heads in 0...8 {
        for push in pushes {
          let odds = coins.logOdds(heads: heads, pushed: direction * Float(push))
          points.append(.init(examples: heads, push: push, odds: odds))
        }
      }
      let law = SteeringLaw(points.enumerated().filter { $0.offset % 2 == 0 }.map(\.element))
      let rest = points.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
      let found = law.quality(on: rest, currency: currency)
      explained.append(found.explained)
      errors.append(found.error)
      alphas.append(law.alpha)
      worth.append(law.examples(worth: 1) ?? 0)
      if series.isEmpty {
        series = [-1, 0, 1].flatMap { push -> [LinePlotSeries] in
          [
            (
              "push \(push)",
              points.filter { $0.push == Double(push) }.map { (Double($0.examples), $0.odds) }
            ),
            (
              "law, push \(push)",
              (0...8).map { (Double($0), law.odds(examples: $0, push: Double(push))) }
            ),
          ]
        }
      }
      setting.note(
        "seed \(seed): a push of 1 is worth \(LinePlot.digits(worth.last!)) heads; \(LinePlot.digits(100 * explained.last!))% explained"
      )
    }
    return StudyOutcome(
      [
        Finding("log-odds less those of Bayes, without push (nats)", bayes, .atMost(0.3)),
        Finding("variance of held-out log-odds that the law explains", explained, .atLeast(0.95)),
        Finding("chance less that of the law, held out", errors, .atMost(0.05)),
        Finding("heads that a push of 1 is worth", worth),
        Finding("alpha", alphas),
      ],
      [
        .plot(
          .of("Pushes and examples", x: "heads seen", y: "log-odds of the heads coin", series))
      ])
  }
}

/// A core that says which of two coins was tossed.
private struct CoinReader {
  /// Tails, heads, and what is asked after.
  private static let question: Int32 = 2
  private static let share: Float = 0.7
  private let core: SmallCore

  init(steps: Int, seed: UInt64) throws {
    core = try SmallCore(vocabulary: 3, length: 32, seed: seed)
    try core.train(steps: steps, seed: seed) { count, random in
      let tosses = random.integer(in: 0..<25)
      return (0..<count).map { _ in
        let coin: Int32 = random.uniform() < 0.5 ? 0 : 1
        let heads = coin == 1 ? Self.share : 1 - Self.share
        let tokens = (0..<tosses).map { _ in random.uniform() < heads ? Int32(1) : 0 }
        return AskedSequence(tokens + [Self.question], answer: coin)
      }
    }
  }

  private func state(_ tokens: [Int32]) -> Tensor {
    core.model.stream(Tensor(indices: tokens, shape: [1, tokens.count]), before: 1).detached()
  }

  /// Half of what the state after eight heads has over that after eight tails, where it is asked, [width].
  var direction: Tensor {
    func last(_ token: Int32) -> Tensor {
      let tokens = [Int32](repeating: token, count: 8) + [Self.question]
      return state(tokens).sliced(axis: 1, 8..<9).reshaped([core.model.configuration.width])
    }
    return (last(1) - last(0)) * 0.5
  }

  /// Of the heads coin after so many heads, with `push` added to the state where it is asked.
  func logOdds(heads: Int, pushed push: Tensor) -> Double {
    logOdds([Int32](repeating: 1, count: heads), pushed: push)
  }

  private func logOdds(_ tosses: [Int32], pushed push: Tensor?) -> Double {
    let tokens = tosses + [Self.question]
    var stream = state(tokens)
    if let push {
      let width = core.model.configuration.width
      let before = Tensor.zeros([1, tosses.count, width])
      let last = push.reshaped([1, 1, width])
      stream = stream + (tosses.isEmpty ? last : .concatenated([before, last], axis: 1))
    }
    let hidden = core.model.hidden(continuing: stream, from: 1)
    let logits = core.logits(hidden, of: [AskedSequence(tokens, answer: 0)]).values
    return Double(logits[1] - logits[0])
  }

  /// The mean distance from n ln(7/3) after sequences of up to eight tosses with n more heads than tails.
  func errorAgainstBayes(seed: UInt64) -> Double {
    var random = RandomSource(seed: seed, name: "tosses")
    let count = 100
    return (0..<count).reduce(0.0) { sum, index in
      let tosses = (0..<index % 9).map { _ in Int32(random.integer(in: 0..<2)) }
      let more = tosses.reduce(0) { $0 + ($1 == 1 ? 1 : -1) }
      return sum
        + abs(logOdds(tosses, pushed: nil) - Double(more) * log(0.7 / 0.3)) / Double(count)
    }
  }
}
