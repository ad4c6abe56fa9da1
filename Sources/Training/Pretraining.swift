import Foundation
import LanguageModels
import Layers
import Optimizers
import Tensors

/// Next-token training of a model from nothing: the first stage of a core's life.
public struct Pretraining: Sendable {
  /// What a run is asked to do.
  public struct Plan: Sendable, Codable, Equatable {
    public var configuration: TransformerConfiguration
    public var steps: Int
    /// Windows per step.
    public var batch: Int
    /// Windows that a worker carries at once.
    public var microbatch: Int
    public var schedule: Schedule
    /// The share of windows that read a passage over and over, so that the core learns to look back:
    /// a night's teacher is the core with the day in its context.
    public var repeatShare: Double
    public var seed: UInt64
    public var precision: Precision
    /// Learning rates of the matrices (Muon), the embedding and the head (AdamW).
    public var matrixRate, embeddingRate, headRate: Float

    /// nanochat's rates, scaled with width as there; they were tuned at width 768.
    public init(
      _ configuration: TransformerConfiguration, steps: Int, batch: Int, seed: UInt64,
      precision: Precision = .fastest
    ) {
      let scale = (Float(configuration.width) / 768).squareRoot()
      self.configuration = configuration
      self.steps = steps
      self.batch = batch
      microbatch = 4
      schedule = Schedule(warmupSteps: min(20, steps / 10), decayShare: 0.5, floor: 0)
      repeatShare = 0.2
      self.seed = seed
      self.precision = precision
      matrixRate = 0.02
      embeddingRate = 0.2 / scale
      headRate = 0.004 / scale
    }

    fileprivate var json: String {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
  }

  /// One step as it is reported: one line on a terminal, one object in the metrics file.
  public struct StepReport: Sendable, Codable {
    public var step: Int
    public var steps: Int
    /// Nats per token.
    public var loss: Double
    /// The factor of the schedule.
    public var rate: Float
    public var tokensPerSecond: Double
    public var gigaflops: Double
    public var validationBitsPerByte: Double?
  }

  /// The held-out text.
  public struct Validation: Sendable {
    public var tokens: [Int32]
    public var bytes: Int

    public init(tokens: [Int32], bytes: Int) {
      self.tokens = tokens
      self.bytes = bytes
    }
  }

  public let plan: Plan
  public let model: Transformer
  private let windows: TokenWindows

  /// Prepares a run over `tokens`.
  public init(_ plan: Plan, tokens: [Int32]) throws {
    self.plan = plan
    model = try Transformer(plan.configuration, in: ParameterScope(seed: plan.seed))
    windows = TokenWindows(tokens, length: plan.configuration.contextLength, seed: plan.seed)
  }

  /// What must be equal for one run to go on where another stopped: the plan and the text.
  private var fingerprint: String {
    "\(plan.json) on \(windows.tokens.count) tokens, digest \(windows.digest)"
  }

  /// Runs from the checkpoint at `checkpoint`, or from the start, to the end or until interrupted.
  ///
  /// A checkpoint is written every `saveInterval` seconds and always before an evaluation.
  /// - Returns: whether the run is complete.
  public func run(
    checkpoint: URL, saveInterval: Double = 120, validation: Validation? = nil,
    evaluationInterval: Int = 250, isInterrupted: () -> Bool = { false },
    report: (StepReport) throws -> Void
  ) throws -> Bool {
    var optimizer = Self.optimizer(for: plan)
    let parameters = model.parameters.trainable
    let fingerprint = fingerprint
    let resumed = try TrainingCheckpoint.resume(
      parameters, &optimizer, fingerprint: fingerprint, from: checkpoint)
    let firstStep = resumed?.step ?? 0
    guard firstStep <= plan.steps else { throw TrainingError.noCheckpoint(file: checkpoint.path) }
    var lastSave = Date()
    let tokensPerStep = plan.batch * windows.length
    let flopsPerStep = Double(6 * model.parameters.count * tokensPerStep)
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
      let evaluates = validation != nil && (isLast || (step + 1) % evaluationInterval == 0)
      let stops = isInterrupted()
      if evaluates || isLast || stops || Date().timeIntervalSince(lastSave) > saveInterval {
        try TrainingCheckpoint(step: step + 1, fingerprint: fingerprint)
          .save(parameters, optimizer, to: checkpoint)
        lastSave = Date()
      }
      if evaluates, let validation {
        line.validationBitsPerByte = try plan.precision.run {
          try BitsPerByte.measure(
            model, validation.tokens, bytes: validation.bytes, window: windows.length)
        }
      }
      try report(line)
      if stops && !isLast { return false }
    }
    return true
  }

  /// One step; returns the mean loss in nats per token.
  private func step(
    _ step: Int, _ optimizer: inout OptimizerGroups, _ parameters: [Parameter], rate: Float
  ) throws -> Double {
    let starts = windows.starts(step: step, batch: plan.batch)
    let periods = windows.periods(step: step, batch: plan.batch, share: plan.repeatShare)
    let batch = zip(starts, periods).map { windows.window(at: $0, period: $1) }
    let pieces = stride(from: 0, to: batch.count, by: plan.microbatch).map {
      Array(batch[$0..<min($0 + plan.microbatch, batch.count)])
    }
    let (loss, gradients) = try plan.precision.run {
      try ParallelGradients.sum(pieces: pieces.count) { piece in
        let inputs = pieces[piece].flatMap { $0.dropLast() }
        let labels = pieces[piece].flatMap { $0.dropFirst() }
        let tokens = Tensor(indices: inputs, shape: [pieces[piece].count, windows.length])
        return model.losses(model.hidden(tokens), SparseTargets(labels: labels)).sum()
      }
    }
    let scale = 1 / Float(plan.batch * windows.length)
    try optimizer.update(parameters, along: gradients, rate: rate, gradientScale: scale)
    return loss * Double(scale)
  }

  /// Muon for the matrices inside the blocks, AdamW for the rest (nanochat's division).
  public static func optimizer(for plan: Plan) -> OptimizerGroups {
    func adamW(_ rate: Float) -> AdamW {
      AdamW(learningRate: rate, beta1: 0.8, beta2: 0.95, epsilon: 1e-10)
    }
    return OptimizerGroups([
      .init("matrices", Muon(learningRate: plan.matrixRate)) {
        $0.path.hasPrefix("blocks.") && $0.shape.rank == 2
      },
      .init("embedding", adamW(plan.embeddingRate)) { $0.path.hasPrefix("embedding.") },
      .init("rest", adamW(plan.headRate)),
    ])
  }
}
