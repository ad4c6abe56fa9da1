/// The names of what a stage of training leaves in its folder, beside the core.
public enum StageFiles {
  /// A ``StageSummary``, written last: the stage is complete.
  public static let summary = "stage.json"
  /// A JSON object a step.
  public static let metrics = "metrics.jsonl"
  public static let checkpoint = "checkpoint.safetensors"
  /// An ``EvaluationRecord``.
  public static let evaluation = "evaluation.json"
}

/// The summary that a finished stage leaves in its folder, for reports.
public struct StageSummary: Sendable, Codable {
  /// The measures of practice: the share of held-out problems that are solved, before the first step and after
  /// the last.
  public static let (solvedBefore, solved) = ("solved before", "solved")

  public var stage: String
  /// The command line, without the program's own path.
  public var command: String
  public var seed: UInt64
  public var steps: Int
  /// Tokens trained on, those of earlier stages not counted.
  public var tokens: Int
  /// The sum of all steps' time, over interruptions.
  public var seconds: Double
  public var parameters: Int
  public var precision: String
  /// What was measured after the last step, by name.
  public var measures: [String: Double]

  public init(
    stage: String, command: String, seed: UInt64, steps: Int, tokens: Int, seconds: Double,
    parameters: Int, precision: String, measures: [String: Double]
  ) {
    self.stage = stage
    self.command = command
    self.seed = seed
    self.steps = steps
    self.tokens = tokens
    self.seconds = seconds
    self.parameters = parameters
    self.precision = precision
    self.measures = measures
  }
}

/// What `circadian evaluate` found of a core.
public struct EvaluationRecord: Sendable, Codable {
  public var model: String
  public var seed: UInt64
  public var seconds: Double
  public var rows: [CoreEvaluation.Row]

  public init(model: String, seed: UInt64, seconds: Double, rows: [CoreEvaluation.Row]) {
    self.model = model
    self.seed = seed
    self.seconds = seconds
    self.rows = rows
  }
}
