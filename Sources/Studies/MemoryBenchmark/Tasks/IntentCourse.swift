import Corpora
import Foundation
import LanguageModels
import Layers
import Tensors
import Tokenizers
import Training

/// Intents that are learned some at a time by a trained core, which is asked to tell all of them apart (class-incremental
/// learning; CLINC150 and Banking77 are what 2512.24695 measures it with).
///
/// A text and the name of what is wanted stand in one line after the other. A question is answered with the intent,
/// among all so far, whose name the core finds most likely behind the text: nothing is added to the core for it.
public struct IntentCourse: Sendable {
  public struct Plan: Sendable, Codable, Equatable {
    public var learner: TaskLearner
    /// The name of the texts.
    public var data = ""
    public var tasks = 10
    /// Texts of an intent to learn from, and to be asked about, at most.
    public var examples = 50
    public var questions = 4
    /// The first period is that of the lowest blocks and the embedding, the last that of the highest and the output.
    public var pace = TaskPace(
      epochs: 5, batch: 16, rate: 3e-4, continuumRate: 3e-4, periods: [6, 3, 1])
    public var seed: UInt64

    public init(_ learner: TaskLearner, seed: UInt64) {
      self.learner = learner
      self.seed = seed
    }
  }

  public let plan: Plan
  private let core: URL
  private let intents: [Intent]

  /// - Parameter core: the folder of the core that learns.
  public init(_ plan: Plan, core: URL, _ intents: [Intent]) {
    precondition(1...intents.count ~= plan.tasks, "\(plan.tasks) tasks of \(intents.count) intents")
    self.plan = plan
    self.core = core
    self.intents = intents
  }

  /// Learns all tasks; on one worker, so that several can run side by side.
  public func run(report: (_ row: [Double]) -> Void = { _ in }) throws -> TaskOutcome<Plan> {
    let start = Date()
    let tasks = IntentTasks(plan, try LanguageModel.open(core), intents)
    let matrix = try TaskCourse(learner: plan.learner, pace: plan.pace, seed: plan.seed)
      .run(tasks, report: report)
    return TaskOutcome(plan: plan, matrix: matrix, seconds: Date().timeIntervalSince(start))
  }
}

/// The intents of every task as tokens, and the core that learns them.
private struct IntentTasks: TaskSequence {
  /// What an intent is called, and what is said by those who have it.
  private struct Tokens {
    var name: [Int32]
    var examples, questions: [[Int32]]
  }

  /// A text and a name behind it: only the name is foreseen.
  private struct Line {
    var text, name: [Int32]
  }

  private let model: Transformer
  /// Of every task.
  private let intents: [[Tokens]]
  private let examples: [[Line]]

  init(_ plan: IntentCourse.Plan, _ core: LanguageModel, _ intents: [Intent]) {
    model = core.model
    model.parameters.setTrainable { _ in true }
    for parameter in model.parameters.parameters {
      parameter.replace(with: parameter.value.float32().owned())
    }
    var random = RandomSource(seed: plan.seed, name: "order of intents")
    let encode = { (text: String) in
      core.tokenizer.encode(text, recognizingSpecialTokens: false)
    }
    let longest = core.model.configuration.contextLength / 2
    let all = intents.shuffled(using: &random).map { intent in
      func texts(_ from: [String], _ count: Int) -> [[Int32]] {
        from.shuffled(using: &random).prefix(count).map { Array(encode($0 + "\n").suffix(longest)) }
      }
      return Tokens(
        name: encode(intent.name + "\n"), examples: texts(intent.examples, plan.examples),
        questions: texts(intent.questions, plan.questions))
    }
    self.intents = (0..<plan.tasks).map { task in
      Array(all[task * all.count / plan.tasks..<(task + 1) * all.count / plan.tasks])
    }
    self.examples = self.intents.map { intents in
      intents.flatMap { intent in intent.examples.map { Line(text: $0, name: intent.name) } }
    }
  }

  var taskCount: Int { intents.count }
  var parameters: [Parameter] { model.parameters.trainable }

  func exampleCount(of task: Int) -> Int { examples[task].count }

  func level(of parameter: Parameter, among count: Int) -> Int {
    let parts = parameter.path.split(separator: ".")
    let blocks = model.configuration.layerCount
    guard parts.count > 1, parts[0] == "blocks", let block = Int(parts[1]) else {
      return parts.first == "embedding" || parts.first == "positions" ? 0 : count - 1
    }
    return block * count / blocks
  }

  func loss(_ examples: [TaskExample]) -> Tensor {
    let lines = examples.map { self.examples[$0.task][$0.index] }
    return Precision.fastest.run {
      losses(of: lines).sum() * (1 / Float(lines.count))
    }
  }

  func accuracy(of task: Int, after last: Int) throws -> Double {
    let names = intents[...last].joined().map(\.name)
    let first = intents[..<task].reduce(0) { $0 + $1.count }
    var (right, all) = (0, 0)
    for (index, intent) in intents[task].enumerated() {
      for question in intent.questions {
        let values = Precision.fastest.run {
          losses(of: names.map { Line(text: question, name: $0) }).values
        }
        var start = 0
        let costs = names.map { name in
          defer { start += name.count }
          return values[start..<start + name.count].reduce(0, +)
        }
        let likeliest = costs.indices.min { costs[$0] < costs[$1] }
        right += likeliest == first + index ? 1 : 0
        all += 1
      }
    }
    return Double(right) / Double(max(all, 1))
  }

  /// In nats, of every token of every name, one line's after the other's.
  private func losses(of lines: [Line]) -> Tensor {
    let length = lines.reduce(0) { max($0, $1.text.count + $1.name.count - 1) }
    let rows = lines.flatMap { line in
      let tokens = line.text + line.name.dropLast()
      return tokens + Array(repeating: 0, count: length - tokens.count)
    }
    let hidden = model.hidden(Tensor(indices: rows, shape: [lines.count, length]))
    let places = lines.enumerated().flatMap { index, line in
      line.name.indices.map { Int32(index * length + line.text.count - 1 + $0) }
    }
    return model.losses(
      hidden.reshaped([lines.count * length, hidden.shape.width]).rows(
        at: Tensor(indices: places)), SparseTargets(labels: lines.flatMap(\.name)))
  }
}
