import Foundation
import Tensors

/// Where the time of this engine's steps goes, operation by operation.
struct StepProfile: Comparison {
  /// The operations of one kind in a step.
  struct Line: Encodable {
    let kind: Profile.Kind
    let totals: Profile.Totals
    /// Of the rate of matrix products of the step's precision on one thread.
    let shareOfPeak: Double?
  }

  struct Step: Encodable {
    let model, work: String
    let precision: Precision
    /// By the clock.
    let seconds: Double
    let threads: Int
    let lines: [Line]
  }

  let date: Date
  let machine: Machine
  let steps: [Step]

  static func measured(_ models: [TrainingModel], progress: (String) -> Void) throws -> StepProfile
  {
    let precisions: [Precision] =
      Precision.fastest == .bfloat16 ? [.float32, .bfloat16] : [.float32]
    var steps: [Step] = []
    for model in models {
      for distillation in [nil, Distillation()] {
        for precision in precisions {
          let work = distillation == nil ? "training" : "distillation"
          progress("\(model.name): \(work) in \(precision.rawValue)")
          steps.append(try step(model, distillation, precision, work))
        }
      }
    }
    return StepProfile(date: .now, machine: .current, steps: steps)
  }

  private static func step(
    _ model: TrainingModel, _ distillation: Distillation?, _ precision: Precision, _ work: String
  ) throws -> Step {
    var peak = MatrixPeak(precision)
    try peak.measure()
    let trainer = try EngineTrainer(
      model, OptimizerSettings(), precision, distillation: distillation)
    for _ in 0..<2 { _ = try trainer.step() }
    Profile.start()
    let result = try trainer.step()
    let totals = Profile.stop()
    let threads = WorkerPool.shared.count
    let lines = totals.map { kind, totals in
      let rate = totals.work.flops / totals.seconds / 1e9
      return Line(
        kind: kind, totals: totals,
        shareOfPeak: rate > 0 ? rate * Double(threads) / peak.gigaflopsPerSecond : nil)
    }
    return Step(
      model: model.name, work: work, precision: precision, seconds: result.seconds,
      threads: threads, lines: lines.sorted { $0.totals.seconds > $1.totals.seconds })
  }

  var text: String {
    ([machine.description] + steps.map(\.text)).joined(separator: "\n\n")
  }
}

extension StepProfile.Step {
  fileprivate var text: String {
    let busy = lines.reduce(0) { $0 + $1.totals.seconds }
    var table = Table(
      .leading("operation"), .trailing("calls"), .trailing("ms"), .trailing("share"),
      .trailing("GFLOP/s"), .trailing("of peak"), .trailing("GB/s"))
    for line in lines where line.totals.seconds > 1e-3 * busy {
      let (totals, work) = (line.totals, line.totals.work)
      table.append([
        line.kind.operation + (line.kind.isGradient ? ", gradient" : ""), "\(totals.calls)",
        (totals.seconds * 1e3).fixed(1), (100 * totals.seconds / busy).fixed(1) + "%",
        work.flops > 0 ? (work.flops / totals.seconds / 1e9).fixed(0) : "",
        line.shareOfPeak.map { (100 * $0).fixed(0) + "%" } ?? "",
        (work.bytes / totals.seconds / 1e9).fixed(1),
      ])
    }
    let share = 100 * busy / (seconds * Double(threads))
    return """
      \(model), \(work), \(precision.rawValue): \((seconds * 1e3).fixed(0)) ms by the clock, of which \
      \(threads) threads were in operations for \(share.fixed(0))%

      \(table.text)
      """
  }
}
