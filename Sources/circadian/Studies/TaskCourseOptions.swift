import CommandLineInterface
import Files
import Foundation
import Studies
import Synchronization
import Tensors

extension TaskLearner: CommandLineValue {}

/// Options that studies of tasks one after the other have in common.
struct TaskCourseOptions {
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder for results.")
  let learners = CommandLineInterface.Option<[TaskLearner]>(
    "learner", help: "A way to learn, instead of all of them; may be repeated.")
  let epochs: CommandLineInterface.Option<Int>
  let rate, continuumRate, elasticity: CommandLineInterface.Option<Double>
  let seeds: CommandLineInterface.Option<Int>

  private let usual: TaskPace

  /// - Parameter usual: what is not given.
  init(_ usual: TaskPace, seeds: Int) {
    self.usual = usual
    epochs = .init(
      "epochs", default: usual.epochs, must: .be(in: 1...1000),
      help: "How often a task is gone through.")
    rate = .init(
      "rate", default: usual.rate.decimal, must: .be(in: 1e-8...1), help: "Adam's learning rate.")
    continuumRate = .init(
      "continuum-rate", default: usual.continuumRate.decimal, must: .be(in: 1e-8...1),
      help: "The learning rate of the continuum and of what is held against it.")
    elasticity = .init(
      "elasticity", default: usual.elasticity.decimal, must: .be(in: 0...1e9),
      help: "How much elastic weight consolidation weighs what it keeps.")
    self.seeds = .init(
      "seeds", default: seeds, must: .be(in: 1...100), help: "Seeds, from --seed upwards.")
  }

  func pace(_ invocation: Invocation) -> TaskPace {
    var pace = usual
    pace.epochs = invocation[epochs]
    pace.rate = Float(invocation[rate])
    pace.continuumRate = Float(invocation[continuumRate])
    pace.elasticity = Float(invocation[elasticity])
    return pace
  }

  /// The outcome of every learner with every seed, as many side by side as there are cores; one that is complete in the
  /// folder, as NAME-LEARNER-SEED.json, is not done again.
  func outcomes<Plan>(
    _ invocation: Invocation, as name: String, _ plan: (TaskLearner, UInt64) -> Plan,
    _ run: @Sendable (Plan, _ report: ([Double]) -> Void) throws -> TaskOutcome<Plan>
  ) throws -> [TaskOutcome<Plan>] {
    let folder = invocation[out]
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let chosen = invocation[learners].isEmpty ? TaskLearner.allCases : invocation[learners]
    let all = (0..<UInt64(invocation[seeds])).flatMap { offset in
      let seed = invocation.seed &+ offset
      return chosen.map { (learner: $0, seed: seed, plan: plan($0, seed)) }
    }
    let console = Mutex(invocation)
    return try WorkerPool.shared.map(all.count) { index in
      let (learner, seed, plan) = all[index]
      let file = folder.appendingPathComponent("\(name)-\(learner.rawValue)-\(seed).json")
      if let known = TaskOutcome<Plan>.kept(in: file), known.plan == plan { return known }
      let outcome = try run(plan) { row in
        let mean = row.reduce(0, +) / Double(row.count)
        console.withLock {
          $0.note(
            "\(learner.rawValue), seed \(seed) | task \(row.count) | mean \(Readable.percent(mean))"
          )
        }
      }
      try AtomicFile.write(JSONFormat.data(outcome), to: file)
      return outcome
    }
  }
}

extension Float {
  /// The number as it is written, not the nearest float of it.
  fileprivate var decimal: Double { Double("\(self)") ?? Double(self) }
}
