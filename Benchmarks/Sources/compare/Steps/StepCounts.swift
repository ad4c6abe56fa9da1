import Foundation
import Tensors

/// What steps of a small model have to do: operations, products, bytes and memory asked for, which no other work on the
/// machine changes.
struct StepCounts: Comparison {
  /// What a step comes to.
  struct Count: Codable, Equatable {
    var step: String
    /// Operations, and how many times 10^6 floats are multiplied and added in their products.
    var calls: Int
    var megaflops: Double
    /// 10^6 bytes that operations touch.
    var megabytes: Double
    /// How often memory was asked of the system by a step whose like had run before.
    var allocations: Int
  }

  let counts: [Count]
  let recorded: [Count]

  /// Beside the package, whichever folder it is called from.
  private static let record = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "counts.json")

  static func measured(recording: Bool) throws -> StepCounts {
    // Of two workers each finds now and then that the other has just taken the memory that was free.
    setenv("CIRCADIAN_THREADS", "1", 1)
    guard let model = TrainingModel.all.min(by: { $0.configuration.width < $1.configuration.width })
    else { return StepCounts(counts: [], recorded: []) }
    let counts = try [nil, Distillation()].map { distillation in
      try count(model, distillation)
    }
    if recording { try Compare.write(counts, to: record) }
    return StepCounts(
      counts: counts,
      recorded: try JSONDecoder().decode([Count].self, from: Data(contentsOf: record)))
  }

  /// In float32, which every machine has, with a fixed number of windows at once.
  private static func count(_ model: TrainingModel, _ distillation: Distillation?) throws -> Count {
    let trainer = try EngineTrainer(
      model, OptimizerSettings(), .float32, distillation: distillation, microbatch: 4)
    for _ in 0..<3 { _ = try trainer.step() }
    Profile.start()
    _ = try trainer.step()
    let totals = Profile.stop()
    let memory = totals[Profile.Kind(Profile.systemMemory)]
    let operations = totals.filter { $0.key.operation != Profile.systemMemory }.values
    func sum(_ value: (Profile.Totals) -> Double) -> Double {
      (operations.reduce(0) { $0 + value($1) } * 1e3).rounded() / 1e3
    }
    return Count(
      step: "\(model.name), \(distillation == nil ? "training" : "distillation")",
      calls: operations.reduce(0) { $0 + $1.calls }, megaflops: sum { $0.work.flops / 1e6 },
      megabytes: sum { $0.work.bytes / 1e6 }, allocations: memory?.calls ?? 0)
  }

  /// Less than on record is progress, to be recorded; more is to be explained.
  var isSound: Bool {
    counts.allSatisfy { count in
      recorded.contains {
        $0.step == count.step && count.calls <= $0.calls && count.megaflops <= $0.megaflops * 1.0001
          && count.megabytes <= $0.megabytes * 1.0001 && count.allocations <= $0.allocations
      }
    }
  }

  var text: String {
    var table = Table(
      .leading("step"), .leading(""), .trailing("operations"), .trailing("MFLOP"),
      .trailing("MB touched"), .trailing("asked of the system"))
    for (name, side) in [("counted", counts), ("on record", recorded)] {
      for count in side {
        table.append([
          count.step, name, "\(count.calls)", count.megaflops.fixed(1), count.megabytes.fixed(1),
          "\(count.allocations)",
        ])
      }
    }
    let verdict =
      isSound
      ? "No step does more than is on record."
      : "A step does more than is on record. Where that is meant, 'compare counts --record' records it."
    return table.text + "\n" + verdict
  }
}
