import Foundation
import LanguageModels
import Layers
import Tensors
import Training

/// Cores of as many parameters trained on the same tokens of text: how well they foresee text that they have not seen, how
/// fast they learn, and what they hold of a context.
public struct TextCores: Sendable {
  public struct Plan: Sendable, Codable, Equatable {
    public var architecture: CoreArchitecture
    public var depth = 2
    public var vocabularySize: Int
    /// Tokens of a window.
    public var context = 256
    /// Windows of a step.
    public var batch = 32
    public var tokens = 20_000_000
    /// Multiplies the rates of pretraining.
    public var rate: Float = 0.5
    public var seed: UInt64

    public init(_ architecture: CoreArchitecture, vocabularySize: Int, seed: UInt64) {
      self.architecture = architecture
      self.vocabularySize = vocabularySize
      self.seed = seed
    }

    public var steps: Int { max(1, tokens / (batch * context)) }
  }

  /// A moment of the training.
  public struct Report: Sendable, Codable, Equatable {
    public var step: Int
    /// Of unseen text.
    public var bitsPerByte: Double
  }

  public struct Outcome: Sendable, Codable, Equatable {
    public var plan: Plan
    /// What was read, in words.
    public var text: String
    public var course: [Report]
    public var parameters: Int
    /// Of the median step.
    public var tokensPerSecond: Double
    /// What the core holds of a full context.
    public var stateBytes: Int
    /// The highest loss of a step after the first, in nats a token.
    public var highestLoss: Double

    public var bitsPerByte: Double { course.last?.bitsPerByte ?? .infinity }
  }

  public let plan: Plan

  public init(_ plan: Plan) { self.plan = plan }

  /// The architecture with feed-forward blocks of such a width that it has as many parameters as the transformer, within a
  /// few hundred.
  public var configuration: TransformerConfiguration {
    get throws {
      func count(_ configuration: TransformerConfiguration) throws -> Int {
        try Transformer(configuration, in: ParameterScope(seed: 0)).parameters.count
      }
      var configuration = configuration(of: plan.architecture)
      let wanted = try count(self.configuration(of: .gpt))
      let own = try count(configuration)
      var wider = configuration
      wider.hiddenWidth += Self.widthUnit
      let slope = Double(try count(wider) - own) / Double(Self.widthUnit)
      let change = Double(wanted - own) / slope / Double(Self.widthUnit)
      configuration.hiddenWidth = max(
        Self.widthUnit, configuration.hiddenWidth + Self.widthUnit * Int(change.rounded()))
      return configuration
    }
  }

  /// Widths are multiples of it, which products like.
  private static let widthUnit = 16

  private func configuration(of architecture: CoreArchitecture) -> TransformerConfiguration {
    architecture.configuration(
      depth: plan.depth, vocabularySize: plan.vocabularySize, contextLength: plan.context,
      convolutionTaps: 4)
  }

  /// Trains on `rows`, from the checkpoint where there is one; nil when interrupted.
  public func run(
    on rows: any RowSource, text: String, validation: (tokens: [Int32], bytes: Int),
    checkpoint: URL, isInterrupted: () -> Bool = { false },
    report: @escaping (TrainingRun.StepReport) -> Void = { _ in }
  ) throws -> Outcome? {
    let configuration = try configuration
    let model = try Transformer(configuration, in: ParameterScope(seed: plan.seed))
    var training = TrainingPlan(
      configuration, steps: plan.steps, batch: plan.batch, seed: plan.seed)
    training.scaleRates(by: plan.rate)
    let run = TrainingRun(training, model: model, origin: "nothing", rows: rows)
    var lines = Self.lines(beside: checkpoint)
    let isComplete = try run.run(
      checkpoint: checkpoint,
      evaluation: .init(every: max(1, plan.steps / 10)) { model in
        [
          Self.measure: try BitsPerByte.measure(
            model, validation.tokens, bytes: validation.bytes, window: plan.context)
        ]
      }, isInterrupted: isInterrupted,
      report: { line in
        lines.removeAll { $0.step >= line.step }
        lines.append(line)
        if line.measures != nil { try Self.keep(lines, beside: checkpoint) }
        report(line)
      })
    try Self.keep(lines, beside: checkpoint)
    guard isComplete else { return nil }
    let memory = WorkingMemory(configuration)
    _ = model.hidden(
      Tensor(indices: Array(validation.tokens.prefix(plan.context)), shape: [1, plan.context]),
      cache: memory)
    let speeds = lines.map(\.tokensPerSecond).sorted()
    return Outcome(
      plan: plan, text: text,
      course: lines.compactMap { line in
        line.measures?[Self.measure].map { Report(step: line.step, bitsPerByte: $0) }
      }, parameters: model.parameters.count,
      tokensPerSecond: speeds.isEmpty ? 0 : speeds[speeds.count / 2],
      stateBytes: memory.stateByteCount + plan.context * configuration.cacheBytesPerToken,
      highestLoss: lines.dropFirst().map(\.loss).max() ?? 0)
  }

  private static let measure = "bits per byte"

  private static func file(beside checkpoint: URL) -> URL {
    checkpoint.deletingPathExtension().appendingPathExtension("steps.json")
  }

  /// What was reported before the run was interrupted.
  private static func lines(beside checkpoint: URL) -> [TrainingRun.StepReport] {
    (try? Data(contentsOf: file(beside: checkpoint))).flatMap {
      try? JSONDecoder().decode([TrainingRun.StepReport].self, from: $0)
    } ?? []
  }

  private static func keep(_ lines: [TrainingRun.StepReport], beside checkpoint: URL) throws {
    try JSONEncoder().encode(lines).write(to: file(beside: checkpoint), options: .atomic)
  }
}
