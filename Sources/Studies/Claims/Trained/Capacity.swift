import Foundation
import LanguageModels
import Layers
import Optimizers
import Tensors
import Training

/// How many bits a parameter holds: sequences without any pattern are learned by heart until no more go in (2505.24832).
public struct Capacity: Study {
  /// Sequences of a set, their length, and how many tokens there are.
  package struct Form: Sendable {
    package var counts: [Int]
    package var length = 64
    package var vocabulary = 2048
    package var width = 32
    package var steps: Int

    package init(counts: [Int], steps: Int) {
      self.counts = counts
      self.steps = steps
    }
  }

  package var full = Form(counts: [256, 512, 1024], steps: 4000)
  package var quick = Form(counts: [256], steps: 1500)
  /// The bits a parameter that are expected of both.
  package var expected = (full: 2.5...4, quick: 1.0...4)

  public init() {}

  public let name = "capacity"
  public let claim = Claim(
    "A parameter holds three to four bits of what it was shown",
    words:
      "Contrary to the belief that memorization requires multiple training epochs, large language models demonstrate the capacity to perfectly "
      + "recall specific information after seeing it only once. This surprising phenomenon highlights how understudied the information "
      + "theory behind LLMs still is.", place: "000",
    published: [
      "3.51 bits a parameter in bfloat16 and 3.83 in float32, of random sequences of 64 tokens out of 2,048, whatever the model's size (Morris et al., 2505.24832, table 1; "
        + "a million steps)."
    ])
  public let setup = """
    N sequences of 64 tokens, each drawn out of 2,048 with equal chance; GPT-2's layers, one block of width 32, tied head, float32, \
    AdamW at 0.01 decaying to nothing, 4,000 steps of 64 sequences. What is held of a set is N x 64 x 11 bits less the bits that are \
    still missing (its negative log-likelihood); the capacity is the most that is held of any set, by the number of parameters. The same \
    of as many sequences that were never shown must be nothing. The quick form learns 256 sequences, which are 2.2 bits a parameter in all, in 1,500 \
    steps, and is asked for 1 at least.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let form = setting.pick(full, quick: quick)
    let expected = setting.pick(self.expected.full, quick: self.expected.quick)
    let jobs = setting.seeds.flatMap { seed in form.counts.map { (seed: seed, count: $0) } }
    let results = try jobs.map { job in
      let found = try held(of: job.count, form, seed: job.seed)
      setting.note(
        "seed \(job.seed), \(job.count) sequences: \(LinePlot.digits(found.shown / Double(found.parameters))) bits a parameter"
      )
      return found
    }
    let courses = setting.seeds.indices.map {
      Array(results[$0 * form.counts.count..<($0 + 1) * form.counts.count])
    }
    let capacities = courses.map { course in
      course.map { $0.shown / Double($0.parameters) }.max() ?? 0
    }
    let others = courses.map { course in course.map(\.other).max() ?? 0 }
    let middle = (expected.lowerBound + expected.upperBound) / 2
    return StudyOutcome(
      [
        Finding(
          "bits a parameter", capacities,
          .near(middle, within: (expected.upperBound - expected.lowerBound) / 2)),
        Finding("bits held of sequences never shown, by their own", others, .atMost(0.001)),
      ],
      [
        .plot(
          .of(
            "How much goes in", x: "bits of the set, millions", y: "bits a parameter",
            zip(setting.seeds, courses).map { seed, course in
              (
                "seed \(seed)",
                course.map { ($0.bits / 1e6, $0.shown / Double($0.parameters)) }
              )
            })),
        .paragraph(
          "\(results.first?.parameters ?? 0) parameters; \(form.steps) steps of \(Self.batch) sequences."
        ),
      ])
  }

  private static let batch = 64

  private struct Held {
    var bits, shown, other: Double
    var parameters: Int
  }

  private func held(of count: Int, _ form: Form, seed: UInt64) throws -> Held {
    var configuration = TransformerConfiguration.gpt2(
      vocabularySize: form.vocabulary, contextLength: form.length, width: form.width,
      layerCount: 1, headCount: 1)
    configuration.hiddenWidth = 4 * form.width
    let model = try Transformer(configuration, in: ParameterScope(seed: seed))
    let shown = RandomSequences(count, form, seed: seed, name: "shown")
    let other = RandomSequences(count, form, seed: seed, name: "other")
    let schedule = Schedule(warmupSteps: 20, decayShare: 0.8, floor: 0)
    var optimizer = AdamW(learningRate: 0.01, beta2: 0.99)
    var random = RandomSource(seed: seed, name: "order")
    var order: [Int] = []
    for step in 0..<form.steps {
      if order.count < Self.batch { order += Array(0..<count).shuffled(using: &random) }
      let batch = Array(order.prefix(Self.batch))
      order.removeFirst(Self.batch)
      let pieces = stride(from: 0, to: batch.count, by: 16).map { Array(batch[$0..<$0 + 16]) }
      let (_, gradients) = try ParallelGradients.sum(pieces: pieces.count) {
        shown.losses(model, pieces[$0]).sum()
      }
      try optimizer.update(
        model.parameters.trainable, along: gradients,
        rate: schedule.factor(at: step, of: form.steps),
        gradientScale: 1 / Float(batch.count * form.length))
    }
    let bits = Double(count * form.length) * log2(Double(form.vocabulary))
    return Held(
      bits: bits, shown: bits - (try shown.missingBits(model)),
      other: max(0, 1 - (try other.missingBits(model)) / bits), parameters: model.parameters.count)
  }
}

/// Sequences of tokens that follow no rule; the first token of each is predicted too, from one that begins all.
private struct RandomSequences {
  private let tokens: [[Int32]]

  init(_ count: Int, _ form: Capacity.Form, seed: UInt64, name: String) {
    var random = RandomSource(seed: seed, name: name)
    tokens = (0..<count).map { _ in
      (0..<form.length).map { _ in Int32(random.integer(in: 0..<form.vocabulary)) }
    }
  }

  /// In nats, of every token.
  func losses(_ model: Transformer, _ indices: [Int]) -> Tensor {
    let length = tokens[0].count
    let inputs: [Int32] = indices.flatMap { [0] + tokens[$0].dropLast() }
    return model.losses(
      model.hidden(Tensor(indices: inputs, shape: [indices.count, length])),
      SparseTargets(labels: indices.flatMap { tokens[$0] }))
  }

  func missingBits(_ model: Transformer) throws -> Double {
    let size = 16
    let pieces = (tokens.count + size - 1) / size
    return try WorkerPool.shared.map(pieces) { piece in
      let indices = Array(piece * size..<min((piece + 1) * size, tokens.count))
      return losses(model, indices).detached().values.reduce(0.0) { $0 + Double($1) }
    }.reduce(0, +) / log(2)
  }
}
