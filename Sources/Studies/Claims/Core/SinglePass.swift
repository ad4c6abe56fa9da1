import Foundation
import Individuals
import LanguageModels
import Optimizers
import Tensors
import Training

/// How much of a string without any pattern is known after it was learned from once, and more often.
public struct SinglePass: Study {
  package var passes = [1, 2, 4, 8, 16]
  package var length = 48
  /// The share of its bits that a string is known perfectly with.
  package var perfect = 0.999
  package var rates: [Float] = [3e-5, 1e-4, 3e-4, 1e-3, 3e-3]

  public init() {}

  public let name = "single-pass"
  public let claim = Claim(
    "A model recalls perfectly what it has seen only once",
    words:
      "Contrary to the belief that memorization requires multiple training epochs, large language models demonstrate the capacity to perfectly recall specific information after seeing it "
      + "only once.", place: "000",
    published: [
      "Models of 7 to 12 billion parameters recite some sequences that stand once in their data (Carlini et al., 2202.07646, figure 1; Lesci et al., 2406.04327 measure the effect of a "
        + "single instance)."
    ])
  public let setup = """
    The default core learns 48 tokens drawn with equal chance out of its vocabulary: one step of AdamW a pass, all weights, at five rates from 3e-5 to \
    3e-3. What is known of the string is the share of its bits that it no longer costs; beside it what the step does to English text. \
    Known perfectly is a share of 0.999.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let core = try LanguageModel.open(DefaultCore.folder)
    let english = Array(
      core.tokenizer.encode(try StudyText.kept).prefix(setting.pick(4096, quick: 1024)))
    // By rate and passes, of every seed.
    var known = rates.map { _ in passes.map { _ in [Double]() } }
    var damage = known
    for seed in setting.seeds {
      var random = RandomSource(seed: seed, name: name)
      let string = (0..<length).map { _ in
        Int32(random.integer(in: 0..<core.tokenizer.vocabularySize))
      }
      let before = try losses(core.model, string)
      let usual = try losses(core.model, english) / Double(english.count - 1)
      for (row, rate) in rates.enumerated() {
        let model = try core.model.copied()
        var optimizer = AdamW(learningRate: rate, beta1: 0, beta2: 0.99)
        for pass in 1...(passes.last ?? 1) {
          let gradients = Gradients()
          loss(model, string).backward(into: gradients)
          try optimizer.update(
            model.parameters.trainable, along: gradients, rate: 1,
            gradientScale: 1 / Float(string.count))
          if let column = passes.firstIndex(of: pass) {
            known[row][column].append(1 - (try losses(model, string)) / before)
            damage[row][column].append(
              (try losses(model, english)) / Double(english.count - 1) - usual)
          }
        }
      }
      setting.note("seed \(seed): done")
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
    let bestOfOne = rates.indices.max { mean(known[$0][0]) < mean(known[$1][0]) } ?? 0
    // The best after all passes among those that leave English as it is, within a tenth of a nat.
    let last = passes.count - 1
    let gentle = rates.indices.filter { mean(damage[$0][last]) < 0.1 }
      .max { mean(known[$0][last]) < mean(known[$1][last]) }
    return StudyOutcome(
      [
        Finding(
          "share known after one pass, at the best rate", known[bestOfOne][0], .atLeast(perfect)),
        Finding("that rate", Double(rates[bestOfOne])),
        Finding("what it costs English (nats a token)", damage[bestOfOne][0]),
        Finding(
          "share known after \(passes[last]) passes, at the best rate",
          rates.indices.map { known[$0][last] }.max { mean($0) < mean($1) } ?? []),
        Finding(
          "the same at a rate that costs English less than 0.1 nats",
          gentle.map { known[$0][last] } ?? [0]),
      ],
      [
        .plot(
          .of(
            "What is known of a string", x: "passes", y: "share of its bits",
            xScale: .logarithmic,
            rates.indices.map { row in
              (
                "rate \(rates[row])",
                passes.indices.map { (Double(passes[$0]), mean(known[row][$0])) }
              )
            })),
        .plot(
          .of(
            "What it costs English", x: "passes", y: "nats a token", xScale: .logarithmic,
            rates.indices.map { row in
              (
                "rate \(rates[row])",
                passes.indices.map { (Double(passes[$0]), mean(damage[row][$0])) }
              )
            })),
      ])
  }

  /// In nats, of all tokens but the first.
  private func loss(_ model: Transformer, _ tokens: [Int32]) -> Tensor {
    let inputs = Tensor(indices: Array(tokens.dropLast()), shape: [1, tokens.count - 1])
    return model.losses(
      model.hidden(inputs), SparseTargets(labels: Array(tokens.dropFirst()))
    ).sum()
  }

  private func losses(_ model: Transformer, _ tokens: [Int32]) throws -> Double {
    try BitsPerByte.losses(model, tokens, window: 512).reduce(0) { $0 + Double($1) }
  }
}
