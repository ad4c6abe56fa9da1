import Foundation
import Tensors

/// What a predictor knows that has seen every hidden Markov model there is: examples in its context tell it which one it reads
/// (2111.02080).
public struct ConceptInference: Study {
  /// Whether the examples of a prompt are what a concept makes; with something else learning has nothing to go on.
  package var isShuffled = false

  public init() {}

  public let name = "concept-inference"
  public let claim = Claim(
    "Examples in a context are evidence, and prediction is Bayesian",
    words:
      "When an LLM is shown few-shot examples of a new task, it is performing Bayesian updating. With each example provided in the prompt, "
      + "its belief (posterior probability) about the correct next token shifts", place: "000",
    published: [
      "The best prediction of a mixture of hidden Markov models finds the concept behind its prompt; accuracy rises with the number of examples and with their length, and not "
        + "where transitions are random (Xie et al., 2111.02080, figures 3 to 6; GINC)."
    ])
  public let setup = """
    Ten concepts, each a hidden Markov model of ten states that follow one another as a permutation of its own says in nine of ten cases; \
    a state shows its own token in eight of ten. A prompt is n examples of length k of one concept, each begun anywhere, and a \
    last one without its end. The exact filter over concepts and states, in float64, predicts that end; it is held against the sum over \
    all paths. Beside it prompts whose examples each follow an order of their own.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let prompts = setting.pick(3000, quick: 1000)
    let (counts, lengths) = ([0, 1, 2, 4, 8, 16, 32], [3, 5, 8])
    var accuracies: [Int: [[Double]]] = [:]
    var (shuffled, surprise, error) = ([[Double]](), [Double](), 0.0)
    for seed in setting.seeds {
      let mixture = ConceptMixture(seed: seed)
      error = max(error, mixture.errorAgainstAllPaths(seed: seed))
      for length in lengths {
        let found = counts.map {
          mixture.examine(
            prompts, examples: $0, length: length, isShuffled: isShuffled, seed: seed)
        }
        accuracies[length, default: []].append(found.map(\.accuracy))
        surprise.append(
          found.map { $0.confidence - $0.accuracy }.reduce(0, +) / Double(counts.count))
      }
      shuffled.append(
        counts.map {
          mixture.examine(prompts, examples: $0, length: 5, isShuffled: true, seed: seed).accuracy
        })
    }
    func mean(_ courses: [[Double]], _ index: Int) -> Double {
      courses.reduce(0) { $0 + $1[index] } / Double(courses.count)
    }
    func series(_ name: String, _ courses: [[Double]]) -> LinePlotSeries {
      (name, counts.indices.map { (Double(counts[$0]), mean(courses, $0)) })
    }
    // Four standard errors of a difference of two shares.
    let noise = 4 * (0.5 / Double(prompts * setting.seeds.count)).squareRoot()
    let last = counts.count - 1
    func rise(_ length: Int) -> [Double] { accuracies[length]!.map { $0[last] - $0[0] } }
    return StudyOutcome(
      [
        Finding("filter less the sum over all paths", error, .atMost(1e-12)),
        Finding("accuracy gained by 32 examples of length 5", rise(5), .atLeast(noise)),
        Finding(
          "accuracy gained by length, 8 against 3, with 2 examples",
          zip(accuracies[8]!, accuracies[3]!).map { $0[2] - $1[2] }, .atLeast(noise)),
        Finding(
          "accuracy gained where every example has an order of its own",
          shuffled.map { $0[last] - $0[0] }, .atMost(noise)),
        Finding(
          "confidence less accuracy", surprise,
          .near(0, within: 4 * (0.25 / Double(prompts * surprise.count)).squareRoot())),
      ],
      [
        .plot(
          .of(
            "Examples are evidence", x: "examples", y: "accuracy",
            lengths.map { series("length \($0)", accuracies[$0]!) }
              + [series("orders of their own, length 5", shuffled)]))
      ])
  }
}

/// Hidden Markov models that share their states' tokens and differ in what follows what.
struct ConceptMixture {
  private static let (concepts, states) = (10, 10)
  /// How sure a transition and a token are.
  private static let (order, clarity) = (0.9, 0.8)

  /// What follows each state, by concept.
  private let following: [[Int]]

  init(seed: UInt64) {
    var random = RandomSource(seed: seed, name: "concepts")
    following = (0..<Self.concepts).map { _ in
      Array(0..<Self.states).shuffled(using: &random)
    }
  }

  /// How often the likeliest end of a prompt is right, and how likely it was thought to be.
  func examine(
    _ prompts: Int, examples: Int, length: Int, isShuffled: Bool, seed: UInt64
  ) -> (accuracy: Double, confidence: Double) {
    var random = RandomSource(seed: seed, name: "prompts \(examples) \(length) \(isShuffled)")
    var (right, confidence) = (0, 0.0)
    for _ in 0..<prompts {
      let concept = random.integer(in: 0..<Self.concepts)
      var belief = [Double](repeating: 1 / Double(Self.concepts), count: Self.concepts)
      for _ in 0..<examples {
        let order =
          isShuffled
          ? Array(0..<Self.states).shuffled(using: &random) : following[concept]
        let filter = filtered(example(order, length, &random), from: belief)
        belief = filter.map { $0.reduce(0, +) }
      }
      let last = example(following[concept], length, &random)
      let next = prediction(filtered(Array(last.dropLast()), from: belief))
      let best = next.indices.max { next[$0] < next[$1] }!
      right += best == last[length - 1] ? 1 : 0
      confidence += next[best]
    }
    return (Double(right) / Double(prompts), confidence / Double(prompts))
  }

  private func example(
    _ order: [Int], _ length: Int, _ random: inout RandomSource
  ) -> [Int] {
    func drawn(_ likely: Int, _ share: Double) -> Int {
      Double(random.uniform()) < share ? likely : random.integer(in: 0..<Self.states)
    }
    var state = random.integer(in: 0..<Self.states)
    return (0..<length).map { index in
      if index > 0 { state = drawn(order[state], Self.order) }
      return drawn(state, Self.clarity)
    }
  }

  private static func mixed(_ isLikely: Bool, _ share: Double) -> Double {
    (isLikely ? share : 0) + (1 - share) / Double(states)
  }

  /// p(concept, state | tokens) of the state that has shown the last of the tokens, by concept.
  private func filtered(_ tokens: [Int], from belief: [Double]) -> [[Double]] {
    var joint = belief.map { [Double](repeating: $0 / Double(Self.states), count: Self.states) }
    for (index, token) in tokens.enumerated() {
      if index > 0 { joint = moved(joint) }
      var sum = 0.0
      for concept in 0..<Self.concepts {
        for state in 0..<Self.states {
          joint[concept][state] *= Self.mixed(state == token, Self.clarity)
          sum += joint[concept][state]
        }
      }
      for concept in 0..<Self.concepts {
        for state in 0..<Self.states { joint[concept][state] /= sum }
      }
    }
    return joint
  }

  private func moved(_ joint: [[Double]]) -> [[Double]] {
    zip(joint, following).map { states, order in
      var next = [Double](
        repeating: states.reduce(0, +) * (1 - Self.order) / Double(Self.states),
        count: Self.states)
      for state in 0..<Self.states { next[order[state]] += Self.order * states[state] }
      return next
    }
  }

  /// The chances of every token next.
  private func prediction(_ joint: [[Double]]) -> [Double] {
    let next = moved(joint)
    let states = (0..<Self.states).map { state in next.reduce(0) { $0 + $1[state] } }
    let all = states.reduce(0, +)
    return states.map { Self.clarity * $0 + (1 - Self.clarity) * all / Double(Self.states) }
  }

  /// How far the filter's prediction after four tokens is from the sum over all concepts and paths.
  func errorAgainstAllPaths(seed: UInt64) -> Double {
    var random = RandomSource(seed: seed, name: "paths")
    let tokens = example(following[0], 4, &random)
    let even = [Double](repeating: 1 / Double(Self.concepts), count: Self.concepts)
    let found = prediction(filtered(tokens, from: even))
    var weights = [Double](repeating: 0, count: Self.states)
    let n = Self.states
    for order in following {
      for path in 0..<n * n * n * n {
        let states = [path % n, path / n % n, path / (n * n) % n, path / (n * n * n)]
        var weight = 1.0
        for (index, state) in states.enumerated() {
          weight *= Self.mixed(state == tokens[index], Self.clarity)
          if index > 0 { weight *= Self.mixed(order[states[index - 1]] == state, Self.order) }
        }
        for last in 0..<n {
          weights[last] += weight * Self.mixed(order[states[3]] == last, Self.order)
        }
      }
    }
    let all = weights.reduce(0, +)
    return zip(found, weights).map {
      abs($0 - Self.clarity * $1 / all - (1 - Self.clarity) / Double(n))
    }.max() ?? 0
  }
}
