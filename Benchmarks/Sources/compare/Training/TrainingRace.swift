import Foundation
import Tensors

/// Steps of one model by all contestants in turn: one of each, then the next of each.
///
/// With a `distillation`, steps train low-rank changes of it; otherwise all of it.
struct TrainingRace {
  /// A contestant and what it has done so far.
  private final class Entry {
    let contestant: any Contestant
    var results: [StepResult] = []
    /// Why it takes no part, or no part any more.
    var absence: String?

    init(_ contestant: any Contestant) { self.contestant = contestant }
  }

  let model: TrainingModel
  let distillation: Distillation?
  let rounds: Int
  let progress: (String) -> Void

  /// Steps before the clock counts: compilation, caches, pools of memory.
  private static let warmUp = 2
  /// Seconds between turns, in which the threads of the last one stop waiting for work.
  private static let pause = 0.25

  func run() throws -> ModelComparison {
    let settings = OptimizerSettings()
    let start = try StartingPoint(model, distillation: distillation)
    defer { start.remove() }
    let precisions: [Precision] =
      Precision.fastest == .bfloat16 ? [.float32, .bfloat16] : [.float32]
    var peaks = precisions.map { MatrixPeak($0) }
    var memory = 0.0
    var entries: [Entry] = []
    defer { for entry in entries { entry.contestant.stop() } }

    let engines = try precisions.map { precision in
      progress("\(model.name): preparing Circadian, \(precision.rawValue)")
      return try EngineTrainer(model, settings, precision, distillation: distillation)
    }
    entries += engines.map(Entry.init)
    for precision in precisions {
      for isCompiled in [false, true] {
        let peer = PyTorchTrainer(
          precision, isCompiled: isCompiled, distillation: distillation)
        let entry = Entry(peer)
        entries.append(entry)
        progress("\(model.name): preparing \(peer.name), \(precision.rawValue)")
        do {
          try peer.start(model, settings, from: start)
        } catch let error as PeerError {
          entry.absence = error.description
        }
      }
    }

    for round in 0..<Self.warmUp + rounds {
      progress("\(model.name): step \(round + 1) of \(Self.warmUp + rounds) of every side")
      for index in peaks.indices { try peaks[index].measure() }
      memory = max(memory, try MemoryPeak.gigabytes())
      for entry in entries where entry.absence == nil {
        Thread.sleep(forTimeInterval: Self.pause)
        do {
          entry.results.append(try entry.contestant.step())
        } catch let error as PeerError {
          entry.absence = error.description
        }
      }
    }
    return ModelComparison(
      model, work: engines[0].work,
      distillation: distillation, optimizer: settings,
      rates: Dictionary(
        uniqueKeysWithValues: zip(precisions, peaks).map { precision, peak in
          let rates = MachineRates(
            gigaflopsPerSecond: peak.gigaflopsPerSecond,
            gigabytesPerSecond: memory)
          return (precision, rates)
        }),
      sides: entries.map { entry in
        ModelComparison.Entrant(
          name: entry.contestant.name, precision: entry.contestant.precision,
          isEngine: entry.contestant.isEngine, note: entry.contestant.note,
          losses: entry.results.map(\.loss),
          seconds: entry.results.dropFirst(Self.warmUp).map(\.seconds), absence: entry.absence)
      })
  }
}
