import Foundation

/// A stage of the pipeline, in order; the name is that of its folder.
public enum PipelineStage: String, Sendable, CaseIterable, Codable {
  case base, mid, tuned, reinforced

  /// The command that makes it.
  public var command: String {
    switch self {
    case .base: "pretrain"
    case .mid: "midtrain"
    case .tuned: "finetune"
    case .reinforced: "reinforce"
    }
  }
}

/// What one stage of a pipeline has left in its folder so far.
public struct StageRecord: Sendable, Encodable {
  public enum State: String, Sendable, Encodable {
    case missing, unfinished, finished
  }

  public let stage: PipelineStage
  public private(set) var state = State.missing
  public private(set) var summary: StageSummary?
  /// When the stage ended, or wrote its last step.
  public private(set) var date: Date?
  public private(set) var lastStep: Int?
  public private(set) var evaluation: EvaluationRecord?
  public private(set) var curves: MetricCurves?

  private enum CodingKeys: CodingKey {
    case stage, state, summary, date, lastStep, evaluation
  }

  /// Reads the stage's folder in `pipeline`.
  ///
  /// - Throws: `ReportError` for a file that is not what it should be.
  public init(_ stage: PipelineStage, in pipeline: URL) throws {
    self.stage = stage
    let folder = pipeline.appendingPathComponent(stage.rawValue)
    let metrics = folder.appendingPathComponent(StageFiles.metrics)
    if let date = Self.date(of: metrics) {
      let curves = try ReportError.reading(metrics) { try MetricCurves(contentsOf: metrics) }
      (self.curves, lastStep, self.date, state) = (curves, curves.lastStep, date, .unfinished)
    }
    let file = folder.appendingPathComponent(StageFiles.summary)
    if let date = Self.date(of: file) {
      summary = try ReportError.decode(StageSummary.self, from: file)
      (self.date, state) = (date, .finished)
    }
    let evaluation = folder.appendingPathComponent(StageFiles.evaluation)
    if Self.date(of: evaluation) != nil {
      self.evaluation = try ReportError.decode(EvaluationRecord.self, from: evaluation)
    }
  }

  /// Tokens per second: over the whole stage, or in the middle one of its steps so far.
  public var tokensPerSecond: Double? {
    if let summary, summary.seconds > 0 {
      return Double(summary.tokens) / summary.seconds
    }
    let speeds = curves?["tokensPerSecond"]?.points.map(\.y).sorted() ?? []
    return speeds.isEmpty ? nil : speeds[speeds.count / 2]
  }

  private static func date(of file: URL) -> Date? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
    return attributes?[.modificationDate] as? Date
  }
}
