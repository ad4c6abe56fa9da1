import Corpora
import Foundation
import LanguageModels
import Layers
import Optimizers
import Ranks
import Tensors

/// Next-token training of a model over rows, checkpointed and resumable to the byte.
public struct TrainingRun: Sendable {
  /// One step as it is reported: one line on a terminal, one object in the metrics file.
  public struct StepReport: Sendable, Codable {
    public var step: Int
    public var steps: Int
    /// Nats per token, by the rows' weights; with what indexers are from their attention, where there are any.
    public var loss: Double
    /// The factor of the schedule.
    public var rate: Float
    public var tokensPerSecond: Double
    /// 6 operations per multiplied weight and token (Kaplan et al., 2001.08361), and the targets'.
    public var gigaflops: Double
    /// What was measured after this step, by name.
    public var measures: [String: Double]?
  }

  /// What is measured on the way: every so many steps and after the last.
  public struct Evaluation {
    public var interval: Int
    public var measure: (Transformer) throws -> [String: Double]

    public init(every interval: Int, _ measure: @escaping (Transformer) throws -> [String: Double])
    {
      self.interval = interval
      self.measure = measure
    }
  }

  public let plan: TrainingPlan
  public let model: Transformer
  private let rows: any RowSource
  private let targets: any RowTargets
  private let origin: String
  private let ranks: any RankGroup

  /// Prepares a run that trains `model` itself.
  ///
  /// `origin` names the weights that it starts from: from other weights it is another run.
  /// With `targets`, tokens are learned as those say; otherwise as they stand. With `ranks`, every process of them makes
  /// the same call; each carries its part of every step's rows, which are the same ones for any number of processes.
  public init(
    _ plan: TrainingPlan, model: Transformer, origin: String, rows: any RowSource,
    targets: any RowTargets = LabelTargets(), ranks: any RankGroup = Alone()
  ) {
    self.plan = plan
    self.model = model
    self.origin = origin
    self.rows = rows
    self.targets = targets
    self.ranks = ranks
  }

  /// Prepares a run that trains a new model, initialised by the plan's seed.
  public init(
    _ plan: TrainingPlan, _ configuration: TransformerConfiguration, rows: any RowSource,
    ranks: any RankGroup = Alone()
  ) throws {
    self.init(
      plan, model: try Transformer(configuration, in: ParameterScope(seed: plan.seed)),
      origin: "nothing", rows: rows, ranks: ranks)
  }

  /// What must be equal for one run to go on where another stopped.
  private var fingerprint: String {
    let shape = stableJSON(model.configuration)
    let learned = targets.fingerprint
    return "\(stableJSON(plan)) of \(shape) from \(origin) on \(rows.fingerprint)"
      + (learned.isEmpty ? "" : ", \(learned)")
  }

  /// Runs from the checkpoint at `checkpoint`, or from the start, to the end or until interrupted.
  ///
  /// A checkpoint is written every `saveInterval` seconds and after every evaluation. The first rank alone measures and
  /// reports; an interruption of any stops all.
  /// - Returns: whether the run is complete.
  public func run(
    checkpoint: URL, saveInterval: Double = 120, evaluation: Evaluation? = nil,
    isInterrupted: () -> Bool = { false }, report: (StepReport) throws -> Void
  ) throws -> Bool {
    guard plan.batch >= ranks.count else {
      throw TrainingError.tooFewRows(batch: plan.batch, ranks: ranks.count)
    }
    var optimizer = plan.optimizer(among: ranks)
    let parameters = model.parameters.trainable
    let fingerprint = fingerprint
    let resumed = try TrainingCheckpoint.resume(
      parameters, &optimizer, fingerprint: fingerprint, from: checkpoint)
    let firstStep = resumed?.step ?? 0
    if let cursor = resumed?.cursor { try rows.seek(to: cursor) }
    guard firstStep <= plan.steps else { throw TrainingError.noCheckpoint(file: checkpoint.path) }
    var lastSave = Date()
    let tokensPerStep = plan.batch * rows.length
    let flopsPerStep = Double(
      (6 * model.multipliedWeightCount + targets.operationsPerToken) * tokensPerStep)
    for step in firstStep..<plan.steps {
      let start = Date()
      let rate = plan.schedule.factor(at: step, of: plan.steps)
      let loss = try self.step(step, &optimizer, parameters, rate: rate)
      guard loss.isFinite else { throw TrainingError.diverged(step: step + 1) }
      let seconds = Date().timeIntervalSince(start)
      var line = StepReport(
        step: step + 1, steps: plan.steps, loss: loss, rate: rate,
        tokensPerSecond: Double(tokensPerStep) / seconds,
        gigaflops: flopsPerStep / seconds / 1e9)
      let isLast = step + 1 == plan.steps
      let evaluates = evaluation.map { isLast || (step + 1) % $0.interval == 0 } ?? false
      // Clocks and signals differ from rank to rank: what one of them wants, all do.
      let wishes = ranks.any([
        isInterrupted(), ranks.isFirst && Date().timeIntervalSince(lastSave) > saveInterval,
      ])
      let (stops, isDue) = (wishes[0], wishes[1])
      if evaluates, let evaluation {
        let measures =
          ranks.isFirst ? try plan.precision.run { try evaluation.measure(model) } : [:]
        guard !ranks.any(measures.values.contains(where: \.isNaN)) else {
          throw TrainingError.diverged(step: step + 1)
        }
        line.measures = measures
      }
      // Reported before it is saved: a step of which nobody heard is done again.
      if ranks.isFirst { try report(line) }
      if evaluates || isLast || stops || isDue {
        try TrainingCheckpoint(step: step + 1, fingerprint: fingerprint, cursor: rows.cursor)
          .save(parameters, optimizer, among: ranks, to: checkpoint)
        lastSave = Date()
      }
      if stops && !isLast { return false }
    }
    return true
  }

  /// One step; returns the mean loss in nats by weight.
  private func step(
    _ step: Int, _ optimizer: inout any Optimizer, _ parameters: [Parameter], rate: Float
  ) throws -> Double {
    let batch = try rows.rows(step: step, count: plan.batch)
    let own = batch[
      batch.count * ranks.rank / ranks.count..<batch.count * (ranks.rank + 1) / ranks.count]
    let pieces = stride(from: own.startIndex, to: own.endIndex, by: plan.microbatch).map {
      Array(own[$0..<min($0 + plan.microbatch, own.endIndex)])
    }
    let length = rows.length
    let listener = optimizer.beginStep(parameters)
    let (loss, gradients) = try plan.precision.run {
      // Who trains in float32 wants digits: there the sum should not depend on how many processes there are.
      try ParallelGradients.sum(
        pieces: pieces.count, inPairs: plan.precision == .float32, whenFinal: listener
      ) { index in
        let piece = pieces[index]
        let inputs = Tensor(
          indices: piece.flatMap { $0.tokens.dropLast() }, shape: [piece.count, length])
        let targets = try targets.targets(for: piece)
        guard let denseSteps = plan.denseSteps else {
          return model.losses(model.hidden(inputs), targets).sum()
        }
        let (hidden, lessons) = model.hidden(inputs, teachingIndexers: step < denseSteps)
        let loss = model.losses(hidden, targets).sum().reshaped([1])
        // Of a token each: what is foreseen, and how far indexers are from their attention.
        return lessons.reduce(loss) { $0 + $1 }
      }
    }
    let weight = batch.reduce(0) { $0 + $1.weights.dropFirst().reduce(0, +) }
    guard weight > 0 else { throw TrainingError.nothingLearned(step: step + 1) }
    try plan.precision.run {
      try optimizer.update(parameters, along: gradients, rate: rate, gradientScale: 1 / weight)
    }
    return ranks.sum([loss])[0] / Double(weight)
  }
}
