import Layers
import Optimizers
import Tensors

/// What is seldom seen is learned as fast as what is seen often, if updates are made orthogonal (2509.26030).
public struct MuonTail: Study {
  /// What takes Muon's place in tests.
  package var isMuon = true

  public init() {}

  public let name = "muon-tail"
  public let claim = Claim(
    "An optimizer is a memory too, and its rule decides what of the rare is kept",
    words:
      "The distinction between a model's architecture and its optimizer is an illusion. Both are learning processes compressing a flow of context—the "
      + "architecture compresses tokens, while the optimizer compresses gradients.", place: "000",
    published: [
      "A linear memory of facts of unlike frequency: when the best is known with chance 1 - eps, Muon knows the worst as well, descent and Adam do not "
        + "(Wang et al., 2509.26030, theorems 4.1 to 4.3)."
    ])
  public let setup = """
    W = sum e_o e_s^T over 64 facts, keys and values orthonormal and turned at random, the n-th fact as frequent as 1 / n; a softmax \
    over all answers, from W = 0, until the best-known fact has a chance of 0.99. Muon without momentum, descent, and descent by signs \
    (AdamW without memory). Muon's five iterations bring singular values to between 0.7 and 1.2, not to 1: the worst is asked for 0.9.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let facts = setting.pick(64, quick: 32)
    var worst: [String: [Double]] = [:]
    var courses: [(String, [(Double, Double)])] = []
    for seed in setting.seeds {
      let rules: [(String, any Optimizer)] = [
        ("Muon", isMuon ? Muon(learningRate: 0.1, momentum: 0) : SGD(learningRate: 1)),
        ("descent", SGD(learningRate: 1)),
        (
          "descent by signs",
          AdamW(learningRate: 0.01, beta1: 0, beta2: 0, epsilon: 1e-20)
        ),
      ]
      for (name, rule) in rules {
        let chances = try Self.chances(facts, rule, seed: seed)
        worst[name, default: []].append(chances.min() ?? 0)
        if seed == setting.seeds.first {
          courses.append((name, chances.enumerated().map { (Double($0 + 1), $1) }))
        }
        setting.note("seed \(seed), \(name): worst \(chances.min() ?? 0)")
      }
    }
    return StudyOutcome(
      [
        Finding("Muon, chance of the worst-known fact", worst["Muon"]!, .atLeast(0.9)),
        Finding("descent, the same", worst["descent"]!, .atMost(0.5)),
        Finding("descent by signs, the same", worst["descent by signs"]!, .atMost(0.5)),
      ],
      [
        .plot(
          .of(
            "What is known when the best-known fact is", x: "fact, by frequency",
            y: "chance of its answer", courses))
      ])
  }

  /// Of every fact when the best-known one has reached 0.99.
  private static func chances(
    _ facts: Int, _ rule: any Optimizer, seed: UInt64
  ) throws -> [Double] {
    var random = RandomSource(seed: seed, name: "facts")
    let (keys, values) = (orthonormal(facts, &random), orthonormal(facts, &random))
    let weights = (1...facts).map { 1 / Float($0) }
    let frequencies = Tensor(
      weights.map { $0 / weights.reduce(0, +) }, shape: [facts])
    let memory = Parameter(path: "memory", value: .zeros([facts, facts]))
    let labels = SparseTargets(labels: (0..<facts).map(Int32.init))
    var rule = rule
    var chances: [Double] = []
    for _ in 0..<200_000 {
      let logits = keys.linear(memory.effective).linear(values)
      let rows = logits.detached().softmax().values
      chances = (0..<facts).map { Double(rows[$0 * facts + $0]) }
      if chances.contains(where: { $0 >= 0.99 }) { break }
      let gradients = Gradients()
      (logits.crossEntropy(labels) * frequencies).sum().backward(into: gradients)
      try rule.update([memory], along: gradients, rate: 1, gradientScale: 1)
    }
    return chances
  }

  /// Rows of length 1, at right angles (Gram and Schmidt, twice).
  private static func orthonormal(_ size: Int, _ random: inout RandomSource) -> Tensor {
    var rows: [[Float]] = []
    for _ in 0..<size {
      var row = (0..<size).map { _ in random.normal() }
      for _ in 0..<2 {
        for other in rows {
          let dot = zip(row, other).reduce(Float(0)) { $0 + $1.0 * $1.1 }
          row = zip(row, other).map { $0 - dot * $1 }
        }
      }
      let length = row.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
      rows.append(row.map { $0 / length })
    }
    return Tensor(rows.flatMap { $0 }, shape: [size, size])
  }
}
