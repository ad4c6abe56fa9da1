import Foundation
import LanguageModels
import Layers
import Optimizers
import Ranks
import Synchronization
import Tensors
import Tokenizers

/// Practice on problems whose answers can be judged: rollouts, rewards, policy gradients.
public struct Reinforcement: Sendable {
  /// Which answers an answer is compared with.
  public enum Algorithm: String, Sendable, Codable, CaseIterable {
    /// All answers of the step (Williams 1992, with the batch's mean as baseline).
    case reinforce
    /// The answers to the same problem (2402.03300).
    case grpo
  }

  /// What tokens are rewarded for.
  public enum Credit: String, Sendable, Codable, CaseIterable {
    case outcome
    /// Written steps on their own, and the outcome after the last one.
    case process
    /// Nothing is tried: worked solutions are learned by heart instead, as many as there would be answers,
    /// each of another problem. What practice has to beat.
    case imitation
  }

  /// What a run is asked to do.
  ///
  /// The defaults are those that have held up: fresh answers for every update, group means without
  /// deviations (2503.20783), every token alike (2503.14476), no reference, no entropy bonus.
  public struct Plan: Sendable, Codable, Equatable {
    public var algorithm: Algorithm
    public var credit: Credit
    public var steps: Int
    /// Problems per step, and answers to each.
    public var problems, answers: Int
    /// The most tokens of an answer.
    public var limit: Int
    /// Updates per step, all on the same answers; beyond one, clipping holds them together.
    public var updates = 1
    public var objective = ReinforcementObjective()
    /// AdamW's learning rate, for all parameters alike.
    public var rate: Float = 1e-4
    public var schedule: Schedule
    /// Answers that a worker carries at once.
    public var microbatch = 8
    public var seed: UInt64
    public var precision: Precision

    public init(
      _ algorithm: Algorithm, _ credit: Credit = .outcome, steps: Int, problems: Int = 16,
      answers: Int = 8, limit: Int = 256, seed: UInt64, precision: Precision = .fastest
    ) {
      self.algorithm = algorithm
      self.credit = credit
      self.steps = steps
      self.problems = problems
      self.answers = answers
      self.limit = limit
      schedule = Schedule(warmupSteps: min(5, steps / 10), decayShare: 1, floor: 0.1)
      self.seed = seed
      self.precision = precision
    }
  }

  /// One step as it is reported: one line on a terminal, one object in the metrics file.
  public struct StepReport: Sendable, Codable {
    public var step: Int
    public var steps: Int
    /// The mean outcome, the mean reward of a written step where there are any, the share solved; nil where
    /// worked solutions are imitated and nothing is tried.
    public var reward: Double?
    public var stepReward: Double?
    public var solved: Double?
    /// Nats per token, estimated from the drawn tokens; nil where none are drawn.
    public var entropy: Double?
    /// Nats per token away from the reference, where there is one.
    public var divergence: Double?
    /// The share of tokens that the last update left out for having moved far enough.
    public var clipped: Double
    /// The mean number of tokens that the model wrote.
    public var length: Double
    /// The factor of the schedule.
    public var rate: Float
    /// Tokens of all problems and answers.
    public var tokens: Int
    public var tokensPerSecond: Double
    /// The share of held-out problems that the likeliest answer solves, where it was measured.
    public var heldOutSolved: Double?
  }

  public let plan: Plan
  /// The model in training: a copy of the one that was given.
  public let model: Transformer
  let format: ChatFormat
  let task: any ReinforcementTask
  /// Answers a call such as `calculator 2 + 3`.
  let tool: (@Sendable (String) -> String)?
  let ranks: any RankGroup
  private let reference: Transformer?
  private let fingerprint: String

  /// Prepares a run from `core`, which stays as it is.
  ///
  /// `tool` is given the text of every call that the model writes, and returns the result. With `ranks`, every process of them
  /// makes the same calls; each answers its part of the problems and carries its part of every update.
  ///
  /// - Precondition: there are problems, answers and tokens to write, and at least one update.
  /// - Throws: `TokenizerError.noChatTokens`.
  public init(
    _ plan: Plan, core: LanguageModel, task: any ReinforcementTask,
    tool: (@Sendable (String) -> String)? = nil, ranks: any RankGroup = Alone()
  ) throws {
    precondition(min(plan.problems, plan.answers, plan.limit, plan.updates) > 0, "\(plan)")
    self.plan = plan
    self.task = task
    self.tool = tool
    self.ranks = ranks
    format = try ChatFormat(core.tokenizer)
    model = try core.model.copied()
    reference = plan.objective.referenceWeight > 0 ? try core.model.copied() : nil
    reference?.parameters.setTrainable { _ in false }
    fingerprint = "\(stableJSON(plan)) on \(task.identity) from \(model.parameters.digest)"
  }

  /// Runs from the checkpoint at `checkpoint`, or from the start, to the end or until interrupted.
  ///
  /// A checkpoint is written every `saveInterval` seconds and after every evaluation, which is on the first
  /// `heldOutProblems` problems of another seed. The first rank alone reports; an interruption of any stops all.
  /// - Returns: whether the run is complete.
  public func run(
    checkpoint: URL, saveInterval: Double = 120, heldOutProblems: Int = 0,
    evaluationInterval: Int = 25, isInterrupted: () -> Bool = { false },
    report: (StepReport) throws -> Void
  ) throws -> Bool {
    // Muon would move as far on the noise of a batch that taught little as on one that taught much.
    let adamW = AdamW(learningRate: plan.rate, beta1: 0.9, beta2: 0.99)
    var optimizer: any Optimizer =
      ranks.count > 1 ? ShardedOptimizer(adamW, among: ranks) : adamW
    let parameters = model.parameters.trainable
    let resumed = try TrainingCheckpoint.resume(
      parameters, &optimizer, fingerprint: fingerprint, from: checkpoint)
    let firstStep = resumed?.step ?? 0
    guard firstStep <= plan.steps else { throw TrainingError.noCheckpoint(file: checkpoint.path) }
    var lastSave = Date()
    for step in firstStep..<plan.steps {
      var line = try plan.precision.run { try self.step(step, &optimizer, parameters) }
      let isLast = step + 1 == plan.steps
      let evaluates = heldOutProblems > 0 && (isLast || (step + 1) % evaluationInterval == 0)
      // Clocks and signals differ from rank to rank: what one of them wants, all do.
      let wishes = ranks.any([
        isInterrupted(), ranks.isFirst && Date().timeIntervalSince(lastSave) > saveInterval,
      ])
      let (stops, isDue) = (wishes[0], wishes[1])
      if evaluates { line.heldOutSolved = try heldOutSolved(heldOutProblems) }
      // Reported before it is saved: a step of which nobody heard is done again.
      if ranks.isFirst { try report(line) }
      if evaluates || isLast || stops || isDue {
        try TrainingCheckpoint(step: step + 1, fingerprint: fingerprint)
          .save(parameters, optimizer, among: ranks, to: checkpoint)
        lastSave = Date()
      }
      if stops && !isLast { return false }
    }
    return true
  }

  /// One step: answers, rewards, updates.
  private func step(
    _ step: Int, _ optimizer: inout any Optimizer, _ parameters: [Parameter]
  ) throws -> StepReport {
    let start = Date()
    let rollouts =
      plan.credit == .imitation ? try solutions(step: step) : try rollouts(step: step)
    let credits = credits(rollouts)
    let all = batches(rollouts, credits)
    var batches = Array(
      all[all.count * ranks.rank / ranks.count..<all.count * (ranks.rank + 1) / ranks.count])
    let rate = plan.schedule.factor(at: step, of: plan.steps)
    var measures = ReinforcementBatch.Measures()
    for _ in 0..<plan.updates {
      measures = try update(&batches, &optimizer, parameters, rate: rate)
      guard measures.loss.isFinite else { throw TrainingError.diverged(step: step + 1) }
    }
    let count = Double(rollouts.count)
    let own = rollouts.flatMap { $0.continuation.ownLogProbabilities }
    let isTried = plan.credit != .imitation
    let steps = isTried ? rollouts.flatMap(\.reward.steps) : []
    let tokens = rollouts.reduce(0) { $0 + $1.prompt.count + $1.continuation.tokens.count }
    return StepReport(
      step: step + 1, steps: plan.steps,
      reward: isTried ? rollouts.reduce(0) { $0 + $1.reward.outcome } / count : nil,
      stepReward: steps.isEmpty
        ? nil : steps.reduce(0) { $0 + $1.reward } / Double(steps.count),
      solved: isTried ? Double(rollouts.count { $0.reward.isSolved }) / count : nil,
      entropy: isTried ? -own.reduce(0) { $0 + Double($1) } / Double(max(own.count, 1)) : nil,
      divergence: reference.map { _ in measures.divergence / Double(max(measures.count, 1)) },
      clipped: Double(measures.clippedCount) / Double(max(measures.count, 1)),
      length: Double(own.count) / count, rate: rate, tokens: tokens,
      tokensPerSecond: Double(tokens) / Date().timeIntervalSince(start))
  }

  /// One update on all ranks' `batches`, which remember what the first one finds out.
  private func update(
    _ batches: inout [ReinforcementBatch], _ optimizer: inout any Optimizer,
    _ parameters: [Parameter], rate: Float
  ) throws -> ReinforcementBatch.Measures {
    let pieces = batches
    let found = Mutex<[(batch: ReinforcementBatch, measures: ReinforcementBatch.Measures)?]>(
      Array(repeating: nil, count: pieces.count))
    let listener = optimizer.beginStep(parameters)
    let (_, gradients) = try ParallelGradients.sum(pieces: pieces.count, whenFinal: listener) {
      piece in
      var batch = pieces[piece]
      if batch.reference == nil, let reference {
        batch.reference = batch.logProbabilities(reference)
      }
      let (loss, measures) = batch.loss(model, plan.objective)
      if batch.old == nil { batch.old = measures.logProbabilities }
      let result = (batch, measures)
      found.withLock { $0[piece] = result }
      return loss
    }
    let results = found.withLock { $0.compactMap { $0 } }
    batches = results.map(\.batch)
    try optimizer.update(parameters, along: gradients, rate: rate, gradientScale: 1)
    var sum = results.reduce(into: ReinforcementBatch.Measures()) { sum, result in
      sum.loss += result.measures.loss
      sum.divergence += result.measures.divergence
      sum.clippedCount += result.measures.clippedCount
      sum.count += result.measures.count
    }
    let all = ranks.sum([sum.loss, sum.divergence, Double(sum.clippedCount), Double(sum.count)])
    (sum.loss, sum.divergence) = (all[0], all[1])
    (sum.clippedCount, sum.count) = (Int(all[2]), Int(all[3]))
    return sum
  }

  /// The rollouts as pieces of an update, of like lengths together; without those that teach nothing.
  private func batches(_ rollouts: [Rollout], _ credits: [[Float]]) -> [ReinforcementBatch] {
    let objective = plan.objective
    let needsAll = objective.referenceWeight > 0 || objective.entropyWeight > 0
    let used = rollouts.indices.filter { index in
      let rollout = rollouts[index]
      return zip(rollout.continuation.isOwn, credits[index]).contains {
        $0 && (needsAll || $1 != 0)
      }
    }
    let sorted = used.sorted { (rollouts[$0].length, $0) < (rollouts[$1].length, $1) }
    let total = rollouts.reduce(0) { $0 + $1.continuation.ownCount }
    return stride(from: 0, to: sorted.count, by: plan.microbatch).map { first in
      ReinforcementBatch(
        sorted[first..<min(first + plan.microbatch, sorted.count)].map { index in
          let (rollout, continuation) = (rollouts[index], rollouts[index].continuation)
          // Every token of the step counts the same, be its answer long or short (DAPO, 2503.14476).
          return (
            rollout.prompt, continuation.tokens, continuation.isOwn, credits[index],
            1 / Float(total)
          )
        })
    }
  }

  /// The advantage of every token of every rollout.
  private func credits(_ rollouts: [Rollout]) -> [[Float]] {
    guard plan.credit != .imitation else {
      return rollouts.map { Array(repeating: 1, count: $0.continuation.tokens.count) }
    }
    let size = plan.algorithm == .grpo ? plan.answers : rollouts.count
    return stride(from: 0, to: rollouts.count, by: max(size, 1)).flatMap { first in
      ReinforcementCredit.ofTokens(
        rollouts[first..<min(first + size, rollouts.count)].map {
          ($0.continuation.tokens, $0.reward)
        }, plan, format)
    }
  }
}
