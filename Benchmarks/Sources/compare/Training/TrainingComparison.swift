import Foundation

/// Training steps of several models, as measured in one run.
struct TrainingComparison: Comparison {
  let date: Date
  let machine: Machine
  let models: [ModelComparison]

  static func measured(
    _ models: [TrainingModel], distillation: Distillation? = nil, rounds: Int,
    progress: @escaping (String) -> Void
  ) throws -> TrainingComparison {
    TrainingComparison(
      date: .now, machine: .current,
      models: try models.map { model in
        try TrainingRace(
          model: model, distillation: distillation, rounds: rounds, progress: progress
        ).run()
      })
  }

  /// Whether all sides that took part computed the same losses.
  var isSound: Bool { models.allSatisfy { $0.sides.allSatisfy { $0.agrees != false } } }

  var text: String {
    let verdict =
      isSound
      ? [] : ["Losses differ: these sides did not do the same work, their times say nothing."]
    return ([machine.description] + models.map(\.text) + verdict).joined(separator: "\n\n")
  }
}
