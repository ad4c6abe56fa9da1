import Foundation
import LanguageModels
import Layers
import Optimizers
import Tensors
import Training

/// A transformer's doubt is that of Bayes where that is known exactly: a map between symbols, revealed pair by pair (2512.22471).
public struct BijectionTunnel: Study {
  package var symbols = 8
  package var steps = (full: 6000, quick: 600)

  public init() {}

  public let name = "bijection-tunnel"
  public let claim = Claim(
    "Attention updates its beliefs as Bayes says, a network without it does not",
    words:
      "When an LLM is shown few-shot examples of a new task, it is performing Bayesian updating. With each example provided in the prompt, "
      + "its belief (posterior probability) about the correct next token shifts, allowing it to \"learn\" a new pattern on the fly without "
      + "changing its weights.", place: "001",
    published: [
      "After k - 1 pairs of a bijection of V symbols the k-th value has log2(V - k + 1) bits; a transformer's entropy is off by 0.003 bits at V = 20 with 2.7 million parameters, "
        + "a multilayer perceptron of the same size by about a bit (2512.22471)."
    ])
  public let setup = """
    Eight keys in a random order, each followed by its value under a bijection that is drawn anew for every sequence: what was seen cannot \
    be learned by heart, 40,320 maps times as many orders. A transformer (two blocks of width 64) trains on them, 64 a step, and so do two \
    perceptrons with two hidden layers of 256: one sees a token at a time, as the published one does, one is given all symbols so far. The \
    entropy of each prediction is held against that of Bayes on 500 new sequences.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let steps = setting.pick(self.steps.full, quick: self.steps.quick)
    // By what predicts, the entropies of every seed.
    var entropies: [String: [[Double]]] = [:]
    for seed in setting.seeds {
      let core = try SmallCore(vocabulary: 2 * symbols, length: 2 * symbols, seed: seed)
      try core.train(steps: steps, seed: seed) { sequences($0, &$1) }
      entropies[Self.transformer, default: []].append(entropy(seed: seed) { core.logits($0) })
      for (name, isWhole) in [(Self.blind, false), (Self.whole, true)] {
        let network = try PrefixNetwork(
          symbols: symbols, hidden: 256, isWhole: isWhole, seed: seed)
        try network.train(steps: steps, seed: seed) { sequences($0, &$1) }
        entropies[name, default: []].append(entropy(seed: seed) { network($0) })
      }
      setting.note(
        "seed \(seed): off by \(LinePlot.digits(error(entropies[Self.transformer]!.last!))) bits")
    }
    let errors = entropies.mapValues { $0.map(error) }
    func series(_ name: String, _ value: (Int) -> Double) -> LinePlotSeries {
      (name, (0..<symbols).map { (Double($0 + 1), value($0)) })
    }
    func mean(_ courses: [[Double]], _ index: Int) -> Double {
      courses.reduce(0) { $0 + $1[index] } / Double(courses.count)
    }
    return StudyOutcome(
      [
        Finding("entropy off by, transformer (bits)", errors[Self.transformer]!, .atMost(0.1)),
        Finding("entropy off by, perceptron (bits)", errors[Self.blind]!),
        Finding(
          "the perceptron's error by the transformer's",
          zip(errors[Self.blind]!, errors[Self.transformer]!).map { $0 / $1 }, .atLeast(5)),
        Finding("entropy off by, perceptron that sees all (bits)", errors[Self.whole]!),
      ],
      [
        .plot(
          .of(
            "How much is in doubt", x: "pair", y: "bits",
            [
              series("Bayes") { self.bits($0) }
            ]
              + [Self.transformer, Self.blind, Self.whole].map { name in
                series(name) { mean(entropies[name]!, $0) }
              })),
        .paragraph(
          "What is in doubt depends on which values have been used alone, which a perceptron reads off its input when it is given all of it. What the comparison shows is "
            + "that attention carries it there."),
      ])
  }

  private static let (transformer, blind, whole) = (
    "transformer", "perceptron", "perceptron that sees all"
  )

  /// Of the value of pair `index`, counted from 0.
  private func bits(_ index: Int) -> Double { log2(Double(symbols - index)) }

  private func error(_ entropies: [Double]) -> Double {
    entropies.enumerated().reduce(0) { $0 + abs($1.element - bits($1.offset)) } / Double(symbols)
  }

  /// Keys from 0 and values from `symbols`, in turn; after each key its value is asked for.
  private func sequences(_ count: Int, _ random: inout RandomSource) -> [AskedSequence] {
    (0..<count).map { _ in
      let keys = Array(0..<symbols).shuffled(using: &random)
      let values = Array(0..<symbols).shuffled(using: &random)
      let tokens = keys.flatMap { [Int32($0), Int32(symbols + values[$0])] }
      return AskedSequence(tokens, (0..<symbols).map { (2 * $0, tokens[2 * $0 + 1]) })
    }
  }

  /// In bits, of the prediction of each value, mean over new sequences.
  private func entropy(seed: UInt64, _ logits: ([AskedSequence]) -> Tensor) -> [Double] {
    var random = RandomSource(seed: seed, name: "examination")
    let count = 500
    let chances = logits(sequences(count, &random)).detached().softmax().values
    let width = 2 * symbols
    return (0..<symbols).map { index in
      (0..<count).reduce(0.0) { sum, sequence in
        let first = (sequence * symbols + index) * width
        return chances[first..<first + width].reduce(sum) {
          $1 > 0 ? $0 - Double($1) * log2(Double($1)) / Double(count) : $0
        }
      }
    }
  }
}

/// The whole prefix, one of so many symbols at each place, or the last of it alone, through two hidden layers.
private struct PrefixNetwork: Sendable {
  private let layers: [Linear]
  private let store: ParameterStore
  private let symbols: Int
  private let isWhole: Bool

  init(symbols: Int, hidden: Int, isWhole: Bool, seed: UInt64) throws {
    let scope = ParameterScope(seed: seed)
    let widths = [4 * symbols * symbols, hidden, hidden, 2 * symbols]
    layers = try (0..<3).map {
      try Linear(widths[$0], widths[$0 + 1], hasBias: true, in: scope / $0)
    }
    store = scope.store
    self.symbols = symbols
    self.isWhole = isWhole
  }

  private var parameters: [Parameter] { store.parameters }

  /// Steps of 64 new sequences.
  func train(
    steps: Int, seed: UInt64,
    _ drawn: (_ count: Int, _ random: inout RandomSource) -> [AskedSequence]
  ) throws {
    var random = RandomSource(seed: seed, name: "sequences")
    var optimizer = AdamW(learningRate: 1e-3)
    let schedule = Schedule(warmupSteps: 20, decayShare: 0.5, floor: 0)
    for step in 0..<steps {
      let pieces = [drawn(32, &random), drawn(32, &random)]
      let (_, gradients) = try ParallelGradients.sum(pieces: 2) { index in
        let labels = pieces[index].flatMap { $0.questions.map(\.answer) }
        return self(pieces[index]).crossEntropy(SparseTargets(labels: labels)).sum()
      }
      try optimizer.update(
        parameters, along: gradients, rate: schedule.factor(at: step, of: steps),
        gradientScale: 1 / Float(64 * symbols))
    }
  }

  /// [sequences * symbols, 2 * symbols].
  func callAsFunction(_ sequences: [AskedSequence]) -> Tensor {
    let (symbols, width) = (self.symbols, 4 * self.symbols * self.symbols)
    let prefixes = Tensor(shape: [sequences.count * symbols, width]) { floats in
      floats.update(repeating: 0)
      for (index, row) in sequences.enumerated() {
        for key in 0..<symbols {
          // Up to the key itself.
          for place in (isWhole ? 0 : 2 * key)...2 * key {
            let at = (index * symbols + key) * width + place * 2 * symbols + Int(row.tokens[place])
            floats[at] = 1
          }
        }
      }
    }
    let hidden = layers[1](layers[0](prefixes).activated(by: .relu)).activated(by: .relu)
    return layers[2](hidden)
  }
}
