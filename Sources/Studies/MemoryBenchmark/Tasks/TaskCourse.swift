import Foundation
import Layers
import Optimizers
import Tensors

/// What is learned one task after the other, and by what.
protocol TaskSequence {
  var taskCount: Int { get }

  /// Everything that a step may change.
  var parameters: [Parameter] { get }

  /// Which of `count` levels a parameter belongs to; the first is the one that moves seldom.
  func level(of parameter: Parameter, among count: Int) -> Int

  /// How many examples of a task there are to learn from.
  func exampleCount(of task: Int) -> Int

  /// The mean loss of examples, in nats.
  func loss(_ examples: [TaskExample]) throws -> Tensor

  /// The share of a task's questions that is answered when all tasks up to `last` have been learned.
  func accuracy(of task: Int, after last: Int) throws -> Double
}

/// An example by its number in its task.
struct TaskExample {
  var task, index: Int
}

/// What came of learning tasks one after the other.
public struct TaskOutcome<Plan: Sendable & Codable & Equatable>: Sendable, Codable, Equatable {
  public var plan: Plan
  /// The share of every task's questions that is answered, after every task.
  public var matrix: RecallMatrix
  public var seconds: Double
}

/// Learns tasks one after the other, and is asked about all of them after each.
struct TaskCourse {
  let learner: TaskLearner
  let pace: TaskPace
  let seed: UInt64

  /// Of a task's examples, as many as elastic weight consolidation estimates by how much each weight matters.
  private static let consolidated = 1000

  func run(_ tasks: some TaskSequence, report: (_ row: [Double]) -> Void) throws -> RecallMatrix {
    var optimizer = optimizer(of: tasks)
    var consolidation = Consolidation()
    var kept: [TaskExample] = []
    var matrix = RecallMatrix()
    for task in 0..<tasks.taskCount {
      var draw = RandomSource(seed: seed, name: "batches of task \(task)")
      let all = (0..<tasks.exampleCount(of: task)).map { TaskExample(task: task, index: $0) }
      for _ in 0..<pace.epochs {
        let examples = all.shuffled(using: &draw)
        for first in stride(from: 0, to: examples.count, by: pace.batch) {
          var batch = Array(examples[first..<min(first + pace.batch, examples.count)])
          if !kept.isEmpty {
            batch += batch.map { _ in kept[draw.integer(in: 0..<kept.count)] }
          }
          var loss = try tasks.loss(batch)
          if learner == .elastic {
            loss = loss + consolidation.penalty(tasks.parameters) * pace.elasticity
          }
          let gradients = Gradients()
          loss.backward(into: gradients)
          try optimizer.update(tasks.parameters, along: gradients, rate: 1, gradientScale: 1)
        }
      }
      let share = Int(learner.replayedShare * Double(all.count))
      kept += all.shuffled(using: &draw).prefix(share)
      if learner == .elastic {
        let sample = all.shuffled(using: &draw).prefix(Self.consolidated)
        try consolidation.settle(tasks.parameters, losses: sample.count) { index in
          try tasks.loss([sample[index]])
        }
      }
      let row = try (0...task).map { try tasks.accuracy(of: $0, after: task) }
      matrix.append(row)
      report(row)
    }
    return matrix
  }

  /// An optimizer for every level.
  private func optimizer(of tasks: some TaskSequence) -> OptimizerGroups {
    let count = pace.periods.count
    let levels = Dictionary(
      uniqueKeysWithValues: tasks.parameters.map { ($0.path, tasks.level(of: $0, among: count)) })
    return OptimizerGroups(
      pace.periods.enumerated().map { level, period in
        let adam = AdamW(learningRate: learner.rate(pace, period: period), beta2: 0.999)
        return OptimizerGroups.Group(
          "level \(level)", PeriodicOptimizer(adam, period: learner.hasPeriods ? period : 1)
        ) { levels[$0.path] == level }
      })
  }
}
