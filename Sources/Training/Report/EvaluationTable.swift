import Foundation

/// All measures of a core, with the stages side by side.
public struct EvaluationTable: Sendable, Encodable {
  /// A measure and what each evaluated stage reaches in it.
  public struct Measure: Sendable, Encodable {
    public var name: String
    public var chance: Double?
    public var ceiling: Double?
    public var values: [PipelineStage: CoreEvaluation.Row]

    /// Without a ceiling it is a loss, such as bits per byte.
    public var lowerIsBetter: Bool {
      guard let ceiling else { return true }
      guard let chance, chance != ceiling else { return ceiling <= 0 }
      return ceiling < chance
    }

    private enum CodingKeys: CodingKey {
      case name, chance, ceiling, values
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try container.encodeIfPresent(chance, forKey: .chance)
      try container.encodeIfPresent(ceiling, forKey: .ceiling)
      try container.encode(
        Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value.value) }),
        forKey: .values)
    }
  }

  /// How a measure changed in a stage.
  public struct Change: Sendable, Encodable {
    public var name: String
    public var before: Double
    public var after: Double
    /// The way gone from chance to the ceiling, negative where it got worse.
    public var share: Double
    /// Whether it is more than chance would do: two standard errors of a share; any change of a loss.
    public var isClear: Bool
  }

  public private(set) var measures: [Measure] = []
  /// The stages that were evaluated, in order.
  public private(set) var stages: [PipelineStage] = []

  public init(_ records: [StageRecord]) {
    for record in records {
      guard let evaluation = record.evaluation else { continue }
      stages.append(record.stage)
      for row in evaluation.rows {
        if let index = measures.firstIndex(where: { $0.name == row.name }) {
          measures[index].values[record.stage] = row
          measures[index].chance = measures[index].chance ?? row.chance
          measures[index].ceiling = measures[index].ceiling ?? row.ceiling
        } else {
          measures.append(
            Measure(
              name: row.name, chance: row.chance, ceiling: row.ceiling,
              values: [record.stage: row]))
        }
      }
    }
  }

  /// The evaluated stage before `stage`, which it is compared with.
  public func predecessor(of stage: PipelineStage) -> PipelineStage? {
    stages.firstIndex(of: stage).flatMap { $0 > 0 ? stages[$0 - 1] : nil }
  }

  /// What changed in a stage over the evaluated one before it, or in the first over chance.
  public func changes(in stage: PipelineStage) -> [Change] {
    measures.compactMap { measure in
      guard let row = measure.values[stage] else { return nil }
      let rowBefore = predecessor(of: stage).flatMap { measure.values[$0] }
      guard let before = rowBefore?.value ?? (stage == stages.first ? measure.chance : nil) else {
        return nil
      }
      let gain = measure.lowerIsBetter ? before - row.value : row.value - before
      let isShare = measure.ceiling == 0 || measure.ceiling == 1
      let error = isShare ? Self.error(row) + (rowBefore.map(Self.error) ?? 0) : 0
      let scale = measure.ceiling.map { $0 - (measure.chance ?? 1 - $0) } ?? measure.chance ?? 1
      return Change(
        name: measure.name, before: before, after: row.value,
        share: gain / (scale == 0 ? 1 : scale.magnitude),
        isClear: gain != 0 && gain * gain > 4 * error)
    }
  }

  /// The squared standard error of a share; two more answers of each kind keep it above zero.
  private static func error(_ row: CoreEvaluation.Row) -> Double {
    let count = Double(max(row.count, 0)) + 4
    let share = (min(max(row.value, 0), 1) * (count - 4) + 2) / count
    return share * (1 - share) / count
  }
}
