import Foundation
import Tensors

/// How all sides did on one model.
struct ModelComparison: Encodable {
  /// What a side brought home.
  struct Entrant {
    let name: String
    let precision: Precision
    let isEngine: Bool
    let note: String
    let losses, seconds: [Double]
    let absence: String?
  }

  /// A line of the table.
  struct Side: Encodable {
    let name: String
    let precision: Precision
    let isEngine: Bool
    let note: String
    let timing: Timing?
    let gigaflopsPerSecond: Double?
    /// Of the rate of this machine's own matrix products in the same precision.
    let shareOfPeak: Double?
    /// Its time over the engine's in the same precision.
    let ratio: Double?
    let losses: [Double]
    /// The largest difference from the engine's loss over the first steps.
    let lossDeviation: Double?
    let agrees: Bool?
    let missing: String?
  }

  /// A ratio that the project has set itself.
  struct Verdict: Encodable {
    let engine, peer: String
    /// The peer's median over the engine's.
    let ratio: Double
    /// The same for single rounds.
    let lowestRatio, highestRatio: Double
    let target: Double
    /// The peer's median over ``StepWork/floor(_:)``: no engine has a higher ratio in this precision.
    let bound: Double?
  }

  let model: String
  let work: StepWork
  let distillation: Distillation?
  let batch, time: Int
  let optimizer: OptimizerSettings
  let gigaflopsPerStep: Double
  /// By precision.
  let rates: [String: MachineRates]
  let sides: [Side]
  let verdicts: [Verdict]

  /// Steps over which losses must agree: later, differences of rounding have grown.
  private static let checkedSteps = 5

  /// How far losses may lie apart, in nats.
  static func tolerance(_ precision: Precision) -> Double {
    precision == .float32 ? 1e-3 : 2e-2
  }

  init(
    _ model: TrainingModel, work: StepWork, distillation: Distillation?,
    optimizer: OptimizerSettings,
    rates: [Precision: MachineRates], sides entrants: [Entrant]
  ) {
    let gigaflops = work.gigaflops
    let sides = entrants.map { entrant in
      let engine = entrants.first { $0.isEngine && $0.precision == entrant.precision }
      let timing = entrant.absence == nil ? Timing(entrant.seconds) : nil
      let rate = timing.map { gigaflops / $0.median }
      let deviation =
        entrant.isEngine
        ? nil
        : zip(entrant.losses, engine?.losses ?? []).prefix(Self.checkedSteps)
          .map { $0.0.isFinite && $0.1.isFinite ? abs($0.0 - $0.1) : .infinity }.max()
      return Side(
        name: entrant.name, precision: entrant.precision, isEngine: entrant.isEngine,
        note: entrant.note, timing: timing, gigaflopsPerSecond: rate,
        shareOfPeak: rate.flatMap { rate in
          rates[entrant.precision].map { rate / $0.gigaflopsPerSecond }
        },
        ratio: timing.flatMap { timing in
          engine.flatMap { Timing($0.seconds) }.map { timing.median / $0.median }
        },
        losses: entrant.losses, lossDeviation: deviation,
        agrees: deviation.map { $0 <= Self.tolerance(entrant.precision) }, missing: entrant.absence)
    }
    self.model = model.name
    self.work = work
    self.distillation = distillation
    batch = model.batch
    time = model.time
    self.optimizer = optimizer
    gigaflopsPerStep = gigaflops
    self.rates = Dictionary(uniqueKeysWithValues: rates.map { ($0.key.rawValue, $0.value) })
    self.sides = sides
    let floors = rates.mapValues { work.floor($0) }
    verdicts = [
      Self.verdict(sides, floors, target: 2.0),
      distillation == nil
        ? Self.verdict(sides.filter { $0.precision == .float32 }, floors, target: 2.5) : nil,
    ].compactMap { $0 }
  }

  /// The engine's fastest side against the fastest peer among `sides`; nil when there is no peer.
  ///
  /// A peer whose losses differ did other work and does not count.
  private static func verdict(
    _ sides: [Side], _ floors: [Precision: Double], target: Double
  ) -> Verdict? {
    func fastest(isEngine: Bool) -> (side: Side, timing: Timing)? {
      sides.filter { $0.isEngine == isEngine && $0.agrees != false }
        .compactMap { side in side.timing.map { (side: side, timing: $0) } }
        .min { $0.timing.median < $1.timing.median }
    }
    guard let engine = fastest(isEngine: true), let peer = fastest(isEngine: false) else {
      return nil
    }
    let ratios = zip(peer.timing.seconds, engine.timing.seconds).map { $0 / $1 }
    return Verdict(
      engine: "\(engine.side.name), \(engine.side.precision.rawValue)",
      peer: "\(peer.side.name), \(peer.side.precision.rawValue)",
      ratio: peer.timing.median / engine.timing.median, lowestRatio: ratios.min() ?? 0,
      highestRatio: ratios.max() ?? 0, target: target,
      bound: floors[engine.side.precision].map { peer.timing.median / $0 })
  }

  var text: String {
    var table = Table(
      .leading("side"), .leading("products"), .trailing("median ms"), .trailing("min"),
      .trailing("max"), .trailing("times ours"), .trailing("GFLOP/s"), .trailing("of peak"),
      .trailing("loss off by"), .leading("note"))
    for side in sides {
      guard let timing = side.timing else {
        table.append([side.name, side.precision.rawValue, "missing"])
        continue
      }
      let check = side.agrees == false ? "  DIFFERS" : ""
      table.append([
        side.name, side.precision.rawValue, (timing.median * 1e3).fixed(0),
        (timing.minimum * 1e3).fixed(0), (timing.maximum * 1e3).fixed(0),
        side.ratio?.fixed(2) ?? "", side.gigaflopsPerSecond?.fixed(0) ?? "",
        side.shareOfPeak.map { ($0 * 100).fixed(0) + "%" } ?? "",
        side.lossDeviation.map { String(format: "%.1e", $0) + check } ?? "", side.note,
      ])
    }
    let peaks = rates.sorted { $0.key > $1.key }
      .map { "\($0.value.gigaflopsPerSecond.fixed(0)) in \($0.key)" }.joined(separator: ", ")
    let memory = rates.values.first.map { ", memory \($0.gigabytesPerSecond.fixed(0)) GB/s" } ?? ""
    let trained = work.trained == work.parameters ? "" : ", \(work.trained) trained"
    let heading =
      "\(model): \(work.parameters) parameters\(trained), \(batch) x \(time) tokens, "
      + "\(gigaflopsPerStep.fixed(0)) GFLOP a step; matrix peak \(peaks) GFLOP/s\(memory)"
    let absences = sides.compactMap { side in
      side.missing.map { "missing: \(side.name), \(side.precision.rawValue): \($0)" }
    }
    let results = verdicts.map { verdict in
      "\(verdict.engine) is \(verdict.ratio.fixed(2)) x as fast as \(verdict.peer) "
        + "(\(verdict.lowestRatio.fixed(2)) to \(verdict.highestRatio.fixed(2)) by round; "
        + "target \(verdict.target.fixed(1))"
        + (verdict.bound.map { ", bound \($0.fixed(2))" } ?? "") + ")"
    }
    return ([heading, "", table.text] + absences + results).joined(separator: "\n")
  }
}
