import Foundation
import LanguageModels
import Layers
import Optimizers
import Tensors
import Training

/// A prompt chooses among what a model can do; only weights learn what it cannot.
public struct PromptOrWeights: Study {
  /// Answers that may be tried and paid for.
  package var budget = (full: 40_000, quick: 16_000)
  /// Whether practice changes the weights.
  package var learns = true

  public init() {}

  public let name = "prompt-or-weights"
  public let claim = Claim(
    "Learning in the weights beats the best prompt",
    words:
      "OpenPipe's team evaluated methods like JEPA and found they provided only minor boosts. Their RL fine-tuning methods delivered vastly superior results (96% vs "
      + "56% on a benchmark), suggesting weight updates still trump prompt engineering for complex tasks.",
    place: "001",
    published: [
      "96% against 56% on a benchmark that is not named (document 001). Others find the opposite at small budgets: reflective prompt evolution ahead of GRPO with up to 35 times "
        + "fewer rollouts (Agrawal et al., 2507.19457)."
    ])
  public let setup = """
    A core of two blocks learns 64 tasks: two prompt tokens choose what becomes of sixteen inputs, one for each half of them. Then a task is \
    given by reward alone: one of the 64 that it knows, or one where half of the inputs are answered as no prompt does. A search changes one \
    prompt token at a time and keeps what does better over 16 answers each; REINFORCE, 64 answers a step, a quarter of them drawn blindly, \
    changes the weights under the first prompt; a reward counts by how much it is more than the input's usual one. Both have paid for as \
    many answers.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let budget = setting.pick(self.budget.full, quick: self.budget.quick)
    var (known, prompted, weighed) = ([Double](), [Double](), [Double]())
    var knownByWeights: [Double] = []
    var curves: [LinePlotSeries] = []
    for seed in setting.seeds {
      let family = PromptedTasks(seed: seed)
      let core = try SmallCore(
        vocabulary: PromptedTasks.vocabulary, length: 3, seed: seed)
      try core.train(steps: 800, batch: 256, seed: seed) { family.sequences($0, &$1) }
      let old = family.answers(of: (3, 5))
      let new = family.answersNoPromptGives(seed: seed)
      let search = [old, new].map { searched(core, $0, family, budget: budget, seed: seed) }
      let practice = try [new, old].map { answers in
        try practised(core, answers, family, budget: budget, seed: seed)
      }
      known.append(search[0].last!.1)
      prompted.append(search[1].last!.1)
      weighed.append(practice[0].last!.1)
      knownByWeights.append(practice[1].last!.1)
      if curves.isEmpty {
        curves = [
          ("prompts, known task", search[0]), ("weights, known task", practice[1]),
          ("prompts, new task", search[1]), ("weights, new task", practice[0]),
        ]
      }
      setting.note(
        "seed \(seed): new task, prompt \(LinePlot.digits(prompted.last!)), weights \(LinePlot.digits(weighed.last!))"
      )
    }
    return StudyOutcome(
      [
        Finding("new task, best prompt", prompted),
        Finding("new task, weights", weighed),
        Finding(
          "gained by weights over prompts, new task", zip(weighed, prompted).map { $0 - $1 },
          .atLeast(0.2)),
        Finding("known task, best prompt", known, .atLeast(0.9)),
        Finding("known task, weights", knownByWeights),
      ],
      [
        .plot(
          .of(
            "What is reached for as many answers", x: "answers paid for", y: "accuracy", curves))
      ])
  }

  /// Hill climbing over prompts; the true accuracy of the one that is held, by answers paid for.
  private func searched(
    _ core: SmallCore, _ answers: [Int], _ family: PromptedTasks, budget: Int, seed: UInt64
  ) -> [(Double, Double)] {
    var random = RandomSource(seed: seed, name: "search")
    var held = (0, 0)
    var curve = [(0.0, family.accuracy(core, held, answers))]
    var paid = 0
    while paid < budget {
      var other = held
      let symbol = random.integer(in: 0..<PromptedTasks.prompts)
      if random.uniform() < 0.5 { other.0 = symbol } else { other.1 = symbol }
      let inputs = (0..<16).map { _ in random.integer(in: 0..<PromptedTasks.inputs) }
      let scores = [held, other].map { family.score(core, $0, answers, inputs) }
      paid += 32
      if scores[1] > scores[0] { held = other }
      if paid % 640 == 0 { curve.append((Double(paid), family.accuracy(core, held, answers))) }
    }
    return curve + [(Double(paid), family.accuracy(core, held, answers))]
  }

  /// REINFORCE under the first prompt, on a copy of the core.
  private func practised(
    _ core: SmallCore, _ answers: [Int], _ family: PromptedTasks, budget: Int, seed: UInt64
  ) throws -> [(Double, Double)] {
    let core = try SmallCore(copying: core)
    var random = RandomSource(seed: seed, name: "practice")
    var optimizer = AdamW(learningRate: learns ? 5e-3 : 0)
    // What each input has been paid of late.
    var usual = [Float](repeating: 0, count: PromptedTasks.inputs)
    var curve = [(0.0, family.accuracy(core, (0, 0), answers))]
    for step in 1...budget / 64 {
      let inputs = (0..<64).map { _ in random.integer(in: 0..<PromptedTasks.inputs) }
      let logits = core.logits(inputs.map { family.asked((0, 0), $0, answer: 0) })
      let chances = logits.detached().softmax().values
      let tried = (0..<64).map { row -> Int in
        if random.uniform() < 0.25 { return random.integer(in: 0..<PromptedTasks.inputs) }
        var left = random.uniform()
        for answer in 0..<PromptedTasks.inputs {
          left -= chances[row * PromptedTasks.vocabulary + answer]
          if left < 0 { return answer }
        }
        return PromptedTasks.inputs - 1
      }
      let rewards = zip(inputs, tried).map { Float(answers[$0] == $1 ? 1 : 0) }
      var advantages: [Float] = []
      for (input, reward) in zip(inputs, rewards) {
        advantages.append(reward - usual[input])
        usual[input] += 0.1 * (reward - usual[input])
      }
      let targets = SparseTargets(
        ids: Tensor(indices: tried.map(Int32.init), shape: [64, 1]),
        weights: Tensor(advantages, shape: [64, 1]))
      let gradients = Gradients()
      logits.crossEntropy(targets).sum().backward(into: gradients)
      try optimizer.update(
        core.model.parameters.trainable, along: gradients, rate: 1, gradientScale: 1 / 64)
      if step.isMultiple(of: 10) || step == budget / 64 {
        curve.append((Double(step * 64), family.accuracy(core, (0, 0), answers)))
      }
    }
    return curve
  }
}

/// Sixteen inputs and what two prompt tokens make of them: the first of the lower half, the second of the upper.
private struct PromptedTasks {
  static let (inputs, prompts) = (16, 8)
  static let vocabulary = inputs + prompts
  private let lower, upper: [[Int]]

  init(seed: UInt64) {
    var random = RandomSource(seed: seed, name: "tasks")
    func maps(_ range: Range<Int>) -> [[Int]] {
      (0..<Self.prompts).map { _ in Array(range).shuffled(using: &random) }
    }
    lower = maps(0..<Self.inputs / 2)
    upper = maps(Self.inputs / 2..<Self.inputs)
  }

  func answers(of prompt: (Int, Int)) -> [Int] { lower[prompt.0] + upper[prompt.1] }

  /// Half of the inputs as under a prompt, the others as under none.
  func answersNoPromptGives(seed: UInt64) -> [Int] {
    var random = RandomSource(seed: seed, name: "new task")
    var answers = answers(of: (3, 5))
    for input in Array(0..<Self.inputs).shuffled(using: &random).prefix(Self.inputs / 2) {
      // From the other half of the answers, which no prompt gives for this input.
      answers[input] =
        (input < Self.inputs / 2 ? Self.inputs / 2 : 0)
        + random.integer(in: 0..<Self.inputs / 2)
    }
    return answers
  }

  func asked(_ prompt: (Int, Int), _ input: Int, answer: Int) -> AskedSequence {
    AskedSequence(
      [prompt.0 + Self.inputs, prompt.1 + Self.inputs, input].map(Int32.init),
      answer: Int32(answer))
  }

  func sequences(_ count: Int, _ random: inout RandomSource) -> [AskedSequence] {
    (0..<count).map { _ in
      let prompt = (
        random.integer(in: 0..<Self.prompts), random.integer(in: 0..<Self.prompts)
      )
      let input = random.integer(in: 0..<Self.inputs)
      return asked(prompt, input, answer: answers(of: prompt)[input])
    }
  }

  func score(_ core: SmallCore, _ prompt: (Int, Int), _ answers: [Int], _ inputs: [Int]) -> Double {
    core.accuracy(inputs.map { asked(prompt, $0, answer: answers[$0]) })
  }

  func accuracy(_ core: SmallCore, _ prompt: (Int, Int), _ answers: [Int]) -> Double {
    score(core, prompt, answers, Array(0..<Self.inputs))
  }
}
