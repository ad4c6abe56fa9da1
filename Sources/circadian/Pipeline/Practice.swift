import CommandLineInterface
import Curriculum
import Files
import Foundation
import LanguageModels
import Tensors
import Tokenizers
import Training

extension Reinforcement.Algorithm: CommandLineValue {}
extension Reinforcement.Credit: CommandLineValue {}
extension Reinforcement.StepReport: StepMetric {}

/// The options and the run of practice on problems that can be judged.
struct Practice: Sendable {
  /// What can be practised.
  enum Kind: String, CaseIterable, CommandLineValue {
    /// Sums in written columns.
    case addition
    /// Sums and differences.
    case arithmetic
  }

  let model = CommandLineInterface.Option<URL>(
    "model", completion: .folders, help: "The core to start from.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder to write.")
  let task = CommandLineInterface.Option(
    "task", default: Kind.arithmetic, help: "Sums and differences, or sums alone.")
  let digits = CommandLineInterface.Option<Int?>(
    "digits", must: .be(in: ArithmeticPractice.lengths),
    help: "Digits of the larger number, instead of the length that the core half knows.")
  let algorithm = CommandLineInterface.Option(
    "algorithm", default: Reinforcement.Algorithm.grpo,
    help: "Compare an answer with those to the same problem, or with all of the step.")
  let steps = CommandLineInterface.Option(
    "steps", default: 200, must: .be(in: 1...1_000_000), help: "Batches of fresh answers.")
  let problems = CommandLineInterface.Option(
    "problems", default: 16, must: .be(in: 1...4096), help: "Problems per step.")
  let answers = CommandLineInterface.Option(
    "answers", default: 8, must: .be(in: 1...4096), help: "Answers to each problem.")
  let limit = CommandLineInterface.Option(
    "limit", default: 256, must: .be(in: 1...65_536), help: "Tokens of the longest answer.")
  let rate = CommandLineInterface.Option(
    "rate", default: 1e-4, must: .be(above: 0), help: "AdamW's learning rate.")
  let updates = CommandLineInterface.Option(
    "updates", default: 1, must: .be(in: 1...100),
    help: "Updates on the same answers, held together by clipping.")
  let referenceWeight = CommandLineInterface.Option(
    "reference-weight", default: 0.0, must: .be(atLeast: 0),
    help: "How much straying from the first core costs.")
  let entropyWeight = CommandLineInterface.Option(
    "entropy-weight", default: 0.0, must: .be(atLeast: 0),
    help: "How much undecidedness is worth.")
  let heldOut = CommandLineInterface.Option(
    "held-out", default: 200, must: .be(in: 0...1_000_000),
    help: "Problems to measure with, every 25 steps.")
  let precision = TrainingOptions.precision

  var section: Section {
    Section("Practice") {
      algorithm
      steps
      problems
      answers
      limit
      heldOut
    }
  }

  var trainingSection: Section {
    Section("Training") {
      rate
      updates
      referenceWeight
      entropyWeight
      precision
    }
  }

  /// Practises in `folder`, from the checkpoint there if there is one, and writes the core and a summary.
  func run(
    _ credit: Reinforcement.Credit, on practice: ArithmeticPractice, seed: UInt64,
    in folder: URL, _ invocation: Invocation
  ) throws -> StageSummary {
    let source = invocation[model]
    let stage = try TrainingStage("reinforce", in: folder, from: source, invocation)
    let core = try LanguageModel.open(source)
    let plan = plan(credit, seed: seed, invocation)
    let run = try Reinforcement(plan, core: core, task: practice, ranks: stage.ranks)
    let before = try run.heldOutSolved(invocation[heldOut])
    invocation.note(
      "\(practice.identity), \(plan.steps) steps of \(plan.problems) x \(plan.answers) answers"
        + (before.map { "; \(Readable.percent($0)) of held-out problems solved before" } ?? ""))
    var metrics = MetricsLog(stage.folder.appendingPathComponent(StageFiles.metrics))
    let start = Date()
    var first: Int?
    // From here on Ctrl-C is taken at the end of a step.
    _ = Interruption.isRequested
    let isComplete = try run.run(
      checkpoint: stage.folder.appendingPathComponent(StageFiles.checkpoint),
      heldOutProblems: invocation[heldOut], isInterrupted: { Interruption.isRequested },
      report: { line in
        if first == nil { stage.reopen() }
        try metrics.append(line)
        let begin = first ?? line.step - 1
        first = begin
        let perStep = Date().timeIntervalSince(start) / Double(line.step - begin)
        invocation.note(Self.text(line, left: perStep * Double(line.steps - line.step)))
      })
    guard isComplete else {
      throw Interrupted("interrupted; the same command goes on from the checkpoint")
    }
    let lines = MetricsLog.read(
      Reinforcement.StepReport.self,
      from: stage.folder.appendingPathComponent(StageFiles.metrics))
    let after = try run.heldOutSolved(invocation[heldOut])
    let tokens = lines.reduce(0) { $0 + $1.tokens }
    let summary = StageSummary(
      stage: stage.name, command: TrainingStage.command, seed: plan.seed, steps: plan.steps,
      tokens: tokens, seconds: lines.reduce(0) { $0 + Double($1.tokens) / $1.tokensPerSecond },
      parameters: run.model.parameters.count, precision: plan.precision.rawValue,
      measures: [StageSummary.solvedBefore: before, StageSummary.solved: after].compactMapValues(
        \.self))
    try stage.write(
      run.model, tokenizerFile: source.appendingPathComponent(LanguageModel.tokenizerFileName),
      pretrainingTokens: core.pretrainingTokens.map { $0 + tokens }, summary: summary
    ) { try NeutralTexts.copy(from: source, to: stage.folder) }
    return summary
  }

  /// What is practised, at the length that was asked for or else the one nearest to half solved.
  func task(for core: LanguageModel, _ invocation: Invocation) throws -> ArithmeticPractice {
    func practice(_ digits: Int) -> ArithmeticPractice {
      ArithmeticPractice(
        digits: digits...digits,
        operations: invocation[task] == .addition ? .addition : .written)
    }
    if let digits = invocation[digits] { return practice(digits) }
    var nearest: (practice: ArithmeticPractice, distance: Double)?
    for digits in ArithmeticPractice.lengths {
      let candidate = practice(digits)
      // Problems that nothing is measured with later on: the length is chosen by them. They are the same for all
      // arms of a comparison, whatever seed an arm has.
      let run = try Reinforcement(
        plan(.outcome, seed: ~invocation.seed, invocation), core: core, task: candidate,
        ranks: Launch.ranks)
      let solved = try run.heldOutSolved(100) ?? 0
      let distance = abs(solved - 0.5)
      if distance < nearest?.distance ?? .infinity { nearest = (candidate, distance) }
      if solved < 0.5 { break }
    }
    return nearest?.practice ?? practice(ArithmeticPractice.lengths.lowerBound)
  }

  private func plan(
    _ credit: Reinforcement.Credit, seed: UInt64, _ invocation: Invocation
  ) -> Reinforcement.Plan {
    var plan = Reinforcement.Plan(
      invocation[algorithm], credit, steps: invocation[steps],
      problems: invocation[problems], answers: invocation[answers], limit: invocation[limit],
      seed: seed, precision: invocation[precision])
    plan.rate = Float(invocation[rate])
    plan.updates = invocation[updates]
    plan.objective.referenceWeight = invocation[referenceWeight]
    plan.objective.entropyWeight = invocation[entropyWeight]
    return plan
  }

  private static func text(_ line: Reinforcement.StepReport, left: Double) -> String {
    "step \(line.step)/\(line.steps)"
      + (line.solved.map { " | solved \(Readable.percent($0))" } ?? "")
      + (line.stepReward.map { " | steps right \(Readable.percent($0))" } ?? "")
      + (line.reward.map { " | reward \(Readable.fixed($0, 3))" } ?? "")
      + (line.entropy.map { " | entropy \(Readable.fixed($0, 3))" } ?? "")
      + (line.divergence.map { " | divergence \(Readable.fixed($0, 4))" } ?? "")
      + " | length \(Readable.fixed(line.length, 1)) | rate \(Readable.fixed(Double(line.rate), 3))"
      + " | \(Int(line.tokensPerSecond)) tokens/s | \(Duration.seconds(left).readable) left"
      + (line.heldOutSolved.map { " | held-out \(Readable.percent($0))" } ?? "")
  }
}
