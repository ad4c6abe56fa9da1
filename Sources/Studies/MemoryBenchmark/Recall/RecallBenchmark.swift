import Foundation
import LanguageModels
import Layers
import Optimizers
import Tensors
import Training

/// How much a core of a certain state recalls within its context, trained from nothing to do just that.
public struct RecallBenchmark: Sendable {
  public struct Plan: Sendable, Codable, Equatable {
    public var core: RecallCore
    public var task: RecallTask
    public var width = 64
    public var heads = 1
    public var steps = 2000
    /// Sequences a step, all of them new.
    public var batch = 64
    /// Multiplies the rates of pretraining.
    public var rate: Float = 1
    public var seed: UInt64

    public init(_ core: RecallCore, _ task: RecallTask, seed: UInt64) {
      self.core = core
      self.task = task
      self.seed = seed
    }

    /// Unseen sequences that are asked at the end: of long ones, which ask more, fewer.
    public var examined: Int { max(20, min(1000, 128_000 / task.length)) }
  }

  /// A moment of the training.
  public struct Report: Sendable, Codable, Equatable {
    public var step: Int
    /// Of the step's questions, in nats; with what indexers have to learn, where there are any.
    public var loss: Double
    /// The share of questions of unseen sequences that were answered.
    public var accuracy: Double
  }

  public struct Outcome: Sendable, Codable, Equatable {
    public var plan: Plan
    public var course: [Report]
    /// Of ``Plan/examined`` sequences, at the end; of them the questions about keys with one value and about overwritten
    /// ones.
    public var accuracy: Double
    public var accuracyOfFirst, accuracyOfOverwritten: Double?
    /// The highest loss after the first step, in nats; above ln of the vocabulary it would be worse than knowing nothing,
    /// which is what the first step finds.
    public var highestLoss: Double
    public var parameters: Int
    /// Bytes that the core held of a sequence at its end.
    public var stateBytes: Int
    public var seconds: Double
  }

  public let plan: Plan

  public init(_ plan: Plan) { self.plan = plan }

  public func run(report: (Report) -> Void = { _ in }) throws -> Outcome {
    let start = Date()
    let configuration = plan.core.configuration(
      width: plan.width, heads: plan.heads, vocabularySize: plan.task.vocabularySize,
      length: plan.task.length)
    let model = try Transformer(configuration, in: ParameterScope(seed: plan.seed))
    var training = TrainingPlan(
      configuration, steps: plan.steps, batch: plan.batch, seed: plan.seed, precision: .float32)
    training.scaleRates(by: plan.rate)
    var optimizer = training.optimizer
    var random = RandomSource(seed: plan.seed, name: "recall")
    var course: [Report] = []
    var highest = 0.0
    for step in 1...plan.steps {
      let examples = (0..<plan.batch).map { _ in plan.task.example(&random) }
      let loss = try self.step(
        model, &optimizer, examples, rate: training.schedule.factor(at: step - 1, of: plan.steps),
        isDense: training.denseSteps.map { step <= $0 })
      if step > 1 { highest = max(highest, loss.isFinite ? loss : .infinity) }
      if !loss.isFinite { break }
      if step.isMultiple(of: max(1, plan.steps / 20)) {
        let line = Report(
          step: step, loss: loss, accuracy: try accuracy(model, of: min(64, plan.examined)).all)
        course.append(line)
        report(line)
      }
    }
    let final = try accuracy(model, of: plan.examined)
    let memory = WorkingMemory(configuration)
    _ = model.hidden(
      Tensor(indices: plan.task.example(&random).tokens, shape: [1, plan.task.length]),
      cache: memory)
    return Outcome(
      plan: plan, course: course, accuracy: final.all, accuracyOfFirst: final.first,
      accuracyOfOverwritten: final.overwritten, highestLoss: highest,
      parameters: model.parameters.count,
      stateBytes: memory.stateByteCount + plan.task.length * configuration.cacheBytesPerToken,
      seconds: Date().timeIntervalSince(start))
  }

  /// The mean loss of the questions.
  private func step(
    _ model: Transformer, _ optimizer: inout OptimizerGroups, _ examples: [RecallTask.Example],
    rate: Float, isDense: Bool?
  ) throws -> Double {
    let pieces = pieces(of: examples, tokens: 1024)
    let (loss, gradients) = try ParallelGradients.sum(pieces: pieces.count) { index in
      let piece = pieces[index]
      let tokens = self.tokens(piece)
      let (hidden, lessons) =
        isDense.map { model.hidden(tokens, teachingIndexers: $0) } ?? (model.hidden(tokens), [])
      let loss = model.losses(
        questions(piece, hidden),
        SparseTargets(labels: piece.flatMap { $0.questions.map(\.answer) })
      ).sum().reshaped([1])
      // Of all rows as much as of the questions.
      let share = Float(piece[0].questions.count) / Float(plan.task.length)
      return lessons.reduce(loss) { $0 + $1 * share }
    }
    let count = examples.reduce(0) { $0 + $1.questions.count }
    try optimizer.update(
      model.parameters.trainable, along: gradients, rate: rate, gradientScale: 1 / Float(count))
    return loss / Double(count)
  }

  /// The states where something is asked, [questions, width].
  private func questions(_ examples: [RecallTask.Example], _ hidden: Tensor) -> Tensor {
    let length = plan.task.length
    let places = examples.enumerated().flatMap { index, example in
      example.questions.map { Int32(index * length + $0.position) }
    }
    return hidden.reshaped([examples.count * length, plan.width])
      .rows(at: Tensor(indices: places))
  }

  /// As many examples as have so many tokens, or one, for a worker at once.
  private func pieces(
    of examples: [RecallTask.Example], tokens: Int
  ) -> [[RecallTask.Example]] {
    let size = max(1, tokens / plan.task.length)
    return stride(from: 0, to: examples.count, by: size).map {
      Array(examples[$0..<min($0 + size, examples.count)])
    }
  }

  private func tokens(_ examples: [RecallTask.Example]) -> Tensor {
    Tensor(indices: examples.flatMap(\.tokens), shape: [examples.count, plan.task.length])
  }

  /// Of unseen sequences, the same ones every time.
  private func accuracy(
    _ model: Transformer, of count: Int
  ) throws -> (all: Double, first: Double?, overwritten: Double?) {
    var random = RandomSource(seed: plan.seed, name: "examination")
    let examples = (0..<count).map { _ in plan.task.example(&random) }
    let pieces = pieces(of: examples, tokens: 6400)
    let results = try WorkerPool.shared.map(pieces.count) { index in
      let piece = pieces[index]
      let likeliest = model.logits(questions(piece, model.hidden(tokens(piece)))).argmax()
      return zip(likeliest, piece.flatMap(\.questions)).map {
        (isRight: $0 == Int($1.answer), isOverwritten: $1.isOverwritten)
      }
    }.joined()
    func share(_ part: [(isRight: Bool, isOverwritten: Bool)]) -> Double? {
      part.isEmpty ? nil : Double(part.count { $0.isRight }) / Double(part.count)
    }
    let all = Array(results)
    return (
      share(all) ?? 0, share(all.filter { !$0.isOverwritten }),
      share(all.filter { $0.isOverwritten })
    )
  }
}
