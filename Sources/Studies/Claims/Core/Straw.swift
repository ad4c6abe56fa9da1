import Foundation
import Individuals
import LanguageModels
import Tensors
import Tokenizers
import Training

/// What a rollout teaches when only its outcome is told, beside step by step and beside a worked solution.
public struct Straw: Study {
  package var steps = (full: 40, quick: 3)
  package var heldOut = (full: 300, quick: 30)
  /// What an outcome tells that is right with a chance of `p`, in bits.
  package var outcomeBits: @Sendable (_ p: Double) -> Double = { p in
    p <= 0 || p >= 1 ? 0 : -p * log2(p) - (1 - p) * log2(1 - p)
  }

  public init() {}

  public let name = "straw"
  public let claim = Claim(
    "Practice for an outcome sucks supervision through a straw",
    words:
      "you're sucking supervision through straw because you've done all this work that could be a minute to roll out. And you're like sucking the bits of supervision of "
      + "the final reward through straw", place: "004, 43:19",
    published: [
      "An outcome that is right with chance p carries H(p) bits, one at most, however long the rollout (Schulman et al. 2025, LoRA Without Regret, on RL's information per episode)."
    ])
  public let setup = """
    The default core practises sums and differences of eight digits in written columns, about half of which it solves; 16 problems, 8 answers \
    each a step, 40 steps. (The quick form makes 3 steps, which teach next to nothing: it counts bits.) REINFORCE and GRPO on outcomes, GRPO with every column judged, and as many worked \
    solutions learned by heart. What an outcome tells is H(p) of the problems' shares solved; what a solution tells is what it costs the core \
    before it has practised, in bits.
    """

  private static let arms: [(name: String, Reinforcement.Algorithm, Reinforcement.Credit)] = [
    ("REINFORCE, outcome", .reinforce, .outcome), ("GRPO, outcome", .grpo, .outcome),
    ("GRPO, every column", .grpo, .process), ("imitation", .grpo, .imitation),
  ]

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let steps = setting.pick(self.steps.full, quick: self.steps.quick)
    let heldOut = setting.pick(self.heldOut.full, quick: self.heldOut.quick)
    let core = try LanguageModel.open(DefaultCore.folder)
    let task = ArithmeticPractice(digits: 8...8, operations: .written)
    var gains: [String: [Double]] = [:]
    var curves: [LinePlotSeries] = []
    var (told, shown) = ([Double](), [Double]())
    for seed in setting.seeds {
      var bits: [Double] = []
      for (name, algorithm, credit) in Self.arms {
        let plan = Reinforcement.Plan(algorithm, credit, steps: steps, seed: seed)
        let practice = try Reinforcement(plan, core: core, task: task)
        let before = try practice.heldOutSolved(heldOut) ?? 0
        var curve = [(0.0, before)]
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        _ = try practice.run(
          checkpoint: folder.url.appendingPathComponent("checkpoint"), heldOutProblems: heldOut,
          evaluationInterval: max(1, steps / setting.pick(4, quick: 1))
        ) { line in
          if let solved = line.heldOutSolved {
            curve.append((Double(line.step * plan.problems * plan.answers), solved))
          }
          if let solved = line.solved { bits.append(outcomeBits(solved)) }
        }
        gains[name, default: []].append(curve.last!.1 - before)
        if seed == setting.seeds.first { curves.append((name, curve)) }
        setting.note(
          "seed \(seed), \(name): \(LinePlot.digits(before)) to \(LinePlot.digits(curve.last!.1))")
      }
      told.append(bits.reduce(0, +) / Double(max(bits.count, 1)))
      shown.append(
        try Self.solutionBits(
          core, task, setting.pick(100, quick: 20), seed: seed))
    }
    let (outcome, imitation) = (gains["GRPO, outcome"]!, gains["imitation"]!)
    return StudyOutcome(
      [
        Finding("bits that an outcome tells, at most", told, .atMost(1)),
        Finding("bits that a worked solution tells", shown),
        Finding(
          "solution's bits by an outcome's", zip(shown, told).map { $0 / $1 },
          .atLeast(2)),
        Finding("share of problems gained, GRPO on outcomes", outcome),
        Finding("the same, REINFORCE on outcomes", gains["REINFORCE, outcome"]!),
        Finding("the same, every column judged", gains["GRPO, every column"]!),
        Finding("the same, imitation of as many solutions", imitation),
        Finding(
          "gained by imitation over outcomes", zip(imitation, outcome).map { $0 - $1 },
          setting.pick(.atLeast(0), quick: nil)),
      ],
      [
        .plot(
          .of(
            "What practice brings", x: "rollouts", y: "share of held-out problems solved", curves))
      ])
  }

  /// What the tokens of a worked solution cost the core, in bits, mean over so many problems.
  private static func solutionBits(
    _ core: LanguageModel, _ task: ArithmeticPractice, _ count: Int, seed: UInt64
  ) throws -> Double {
    let format = try ChatFormat(core.tokenizer)
    return try WorkerPool.shared.map(count) { index in
      let problem = task.problem(index, seed: seed)
      var conversation = problem.conversation
      conversation.turns.append(.init(.assistant, problem.solution ?? []))
      let (tokens, isLearned) = format.render(conversation)
      let hidden = core.model.hidden(
        Tensor(indices: Array(tokens.dropLast()), shape: [1, tokens.count - 1]))
      let losses = core.model.losses(
        hidden, SparseTargets(labels: Array(tokens.dropFirst()))
      ).detached().values
      return zip(losses, isLearned.dropFirst()).reduce(0.0) { $0 + ($1.1 ? Double($1.0) : 0) }
    }.reduce(0, +) / Double(count) / log(2)
  }
}
