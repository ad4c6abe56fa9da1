import Foundation
import Tensors

/// The most memory that training needs, by this engine and by PyTorch, each in a process of its own.
struct MemoryComparison: Comparison {
  /// One model in one precision.
  struct Line: Encodable {
    let model: String
    let precision: Precision
    /// Windows that a worker of the engine carries at once: as many as are fastest.
    let microbatch: Int
    let engine: TrainingMemory
    let peer: TrainingMemory?
    let version, missing: String?

    /// Ours over the peer's, of all that the processes had and of what the model added.
    let peakRatio, growthRatio: Double?
    /// The largest difference of the losses, in nats.
    let lossDeviation: Double?

    init(
      _ model: String, _ precision: Precision, microbatch: Int, engine: TrainingMemory,
      peer: TrainingMemory?, version: String?, missing: String?
    ) {
      (self.model, self.precision, self.microbatch) = (model, precision, microbatch)
      (self.engine, self.peer, self.version, self.missing) = (engine, peer, version, missing)
      peakRatio = peer.map { Double(engine.peak) / Double($0.peak) }
      growthRatio = peer.map { Double(engine.growth) / Double($0.growth) }
      lossDeviation = peer.flatMap {
        zip($0.losses, engine.losses).prefix(5).map { abs($0 - $1) }.max()
      }
    }

    var agrees: Bool { lossDeviation.map { $0 <= ModelComparison.tolerance(precision) } ?? true }
  }

  let date: Date
  let machine: Machine
  let steps: Int
  let lines: [Line]

  private static let target = 0.6

  static func measured(
    _ models: [TrainingModel], steps: Int, progress: (String) -> Void
  ) throws -> MemoryComparison {
    let precisions: [Precision] =
      Precision.fastest == .bfloat16 ? [.float32, .bfloat16] : [.float32]
    var lines: [Line] = []
    for model in models {
      let start = try StartingPoint(model)
      defer { start.remove() }
      for precision in precisions {
        progress("\(model.name), \(precision.rawValue): finding the fastest microbatch")
        let microbatch = try EngineTrainer(model, OptimizerSettings(), precision).microbatch
        progress("\(model.name), \(precision.rawValue): \(steps) steps of Circadian")
        let engine = try TrainingMemory.inOwnProcess(
          model, precision, microbatch: microbatch, steps: steps)
        progress("\(model.name), \(precision.rawValue): \(steps) steps of PyTorch")
        var peer: (memory: TrainingMemory, version: String)?
        var absence: String?
        do {
          peer = try TrainingMemory.inPyTorch(model, precision, steps: steps, from: start)
        } catch let error as PeerError { absence = error.description }
        lines.append(
          Line(
            model.name, precision, microbatch: microbatch, engine: engine, peer: peer?.memory,
            version: peer?.version, missing: absence))
      }
    }
    return MemoryComparison(date: .now, machine: .current, steps: steps, lines: lines)
  }

  var isSound: Bool { lines.allSatisfy(\.agrees) }

  var text: String {
    var table = Table(
      .leading("model"), .leading("products"), .leading("side"), .trailing("peak MB"),
      .trailing("before"), .trailing("growth MB"), .trailing("loss off by"), .leading("note"))
    func cells(_ memory: TrainingMemory) -> [String] {
      [memory.peak, memory.before, memory.growth].map { (Double($0) / 1e6).fixed(0) }
    }
    for line in lines {
      let name = [line.model, line.precision.rawValue]
      table.append(
        name + ["Circadian"] + cells(line.engine) + ["", "microbatch \(line.microbatch)"])
      let check = line.agrees ? "" : "  DIFFERS"
      table.append(
        name + ["PyTorch, eager"] + (line.peer.map(cells) ?? ["missing", "", ""])
          + [
            line.lossDeviation.map { String(format: "%.1e", $0) + check } ?? "",
            line.version ?? line.missing ?? "",
          ])
    }
    let results = lines.compactMap { line in
      guard let peak = line.peakRatio, let growth = line.growthRatio else { return nil as String? }
      return "\(line.model), \(line.precision.rawValue): \(peak.fixed(2)) of PyTorch's peak, "
        + "\(growth.fixed(2)) of its growth (target \(Self.target))"
    }
    let verdict = isSound ? [] : ["Losses differ: the two sides did not do the same work."]
    return
      ([machine.description, "the most of \(steps) steps of training", "", table.text] + results
      + verdict).joined(separator: "\n")
  }
}
