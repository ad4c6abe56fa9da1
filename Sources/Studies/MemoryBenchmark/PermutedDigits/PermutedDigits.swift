import Corpora
import Foundation
import Layers
import Optimizers
import Tensors

/// Permuted MNIST (Goodfellow et al., 1312.6211): one task after another, the same digits with their pixels in another order.
///
/// A network of layers of unlike paces against the same network otherwise: which part of what is kept comes from the paces,
/// and which from moving less. Layers, epochs, batches, Adam's rate and the images' normalisation are those of a published reproduction of the
/// continuum memory system (Adam 0.706 +- 0.023, periods 6/3/1 0.757 +- 0.019 over ten seeds), whose control this adds.
public struct PermutedDigits: Sendable {
  /// A way to learn one task after another.
  public enum Learner: String, Sendable, Codable, CaseIterable {
    /// All layers at every step, at ``Plan/rate``.
    case adam
    /// The same at ``Plan/continuumRate``.
    case adamAtContinuumRate = "adam-at-continuum-rate"
    /// The continuum memory system: a layer moves once in its period, along the sum of its gradients, at the continuum's
    /// rate.
    case continuum
    /// Every layer at every step, at the continuum's rate divided by the layer's period: as far as it could move in the
    /// continuum.
    case matchedRates = "matched-rates"
    /// Periods, and rates divided by them.
    case slowContinuum = "slow-continuum"
    /// Elastic weight consolidation (1612.00796).
    case elastic
    /// As many examples of earlier tasks in every step, from the hundredth or the twentieth part of them.
    case replay1 = "replay-1"
    case replay5 = "replay-5"

    public var title: String {
      switch self {
      case .adam: "Adam"
      case .adamAtContinuumRate: "Adam at the continuum's rate"
      case .continuum: "continuum"
      case .matchedRates: "no periods, but rates divided by them"
      case .slowContinuum: "periods, and rates divided by them"
      case .elastic: "elastic weight consolidation"
      case .replay1: "replay of 1%"
      case .replay5: "replay of 5%"
      }
    }

    var hasPeriods: Bool { self == .continuum || self == .slowContinuum }

    /// Adam's rate at a level of `period` steps.
    func rate(_ plan: Plan, period: Int) -> Float {
      switch self {
      case .adam, .elastic, .replay1, .replay5: plan.rate
      case .adamAtContinuumRate, .continuum: plan.continuumRate
      case .matchedRates, .slowContinuum: plan.continuumRate / Float(period)
      }
    }

    var replayedShare: Double {
      switch self {
      case .replay1: 0.01
      case .replay5: 0.05
      default: 0
      }
    }
  }

  public struct Plan: Sendable, Codable, Equatable {
    public var learner: Learner
    public var tasks = 10
    public var epochs = 8
    public var batch = 128
    public var hiddenWidths = [256, 128, 64]
    /// Adam's, as published; and the continuum's, which the published figure does not name: see `NestedLearning.md`.
    public var rate: Float = 2.49e-5
    public var continuumRate: Float = 5e-5
    /// Of the first hidden layer, the second, and the third with the output: after how many steps each moves.
    public var periods = [6, 3, 1]
    /// How much the elastic penalty weighs.
    public var elasticity: Float = 100
    /// Images of a task, at most.
    public var images = 60_000
    public var seed: UInt64

    public init(_ learner: Learner, seed: UInt64) {
      self.learner = learner
      self.seed = seed
    }
  }

  public struct Outcome: Sendable, Codable, Equatable {
    public var plan: Plan
    /// The share of every task's test images that is recognised, after every task.
    public var matrix: RecallMatrix
    public var seconds: Double
  }

  public let plan: Plan
  private let training, test: LabelledImages

  public init(_ plan: Plan, training: LabelledImages, test: LabelledImages) {
    precondition(plan.periods.count == plan.hiddenWidths.count)
    self.plan = plan
    self.training = training
    self.test = test
  }

  /// Learns all tasks; calls itself on one worker, so that several can run side by side.
  public func run(report: (_ row: [Double]) -> Void = { _ in }) throws -> Outcome {
    let start = Date()
    let network = try Network(plan, inWidth: training.pixelsPerImage)
    var optimizer = network.optimizer(plan)
    var consolidation = Consolidation()
    var random = RandomSource(seed: plan.seed, name: "permutations")
    let orders = (0..<plan.tasks).map { _ in
      Array(0..<training.pixelsPerImage).shuffled(using: &random)
    }
    let count = min(plan.images, training.count)
    var kept: [(task: Int, image: Int)] = []
    var matrix = RecallMatrix()
    for task in 0..<plan.tasks {
      var draw = RandomSource(seed: plan.seed, name: "batches of task \(task)")
      for _ in 0..<plan.epochs {
        let images = Array(0..<count).shuffled(using: &draw)
        for first in stride(from: 0, to: count, by: plan.batch) {
          var batch = images[first..<min(first + plan.batch, count)].map { (task, $0) }
          if !kept.isEmpty {
            batch += batch.map { _ in kept[draw.integer(in: 0..<kept.count)] }
          }
          let gradients = Gradients()
          var loss = network.loss(rows(batch, of: training, orders), labels(batch, of: training))
          if plan.learner == .elastic {
            loss = loss + consolidation.penalty(network.parameters) * plan.elasticity
          }
          loss.backward(into: gradients)
          try optimizer.update(network.parameters, along: gradients, rate: 1, gradientScale: 1)
        }
      }
      let share = Int(plan.learner.replayedShare * Double(count))
      kept += Array(0..<count).shuffled(using: &draw).prefix(share).map { (task, $0) }
      if plan.learner == .elastic {
        let sample = Array(0..<count).shuffled(using: &draw).prefix(1000).map { (task, $0) }
        consolidation.settle(network.parameters, examples: sample.count) { index in
          let one = [sample[index]]
          return network.loss(rows(one, of: training, orders), labels(one, of: training))
        }
      }
      let row = (0...task).map { accuracy(network, task: $0, orders) }
      matrix.append(row)
      report(row)
    }
    return Outcome(plan: plan, matrix: matrix, seconds: Date().timeIntervalSince(start))
  }

  /// Of the grey of MNIST's training images.
  private static let (mean, deviation): (Float, Float) = (0.1307, 0.3081)

  /// Images with their pixels in their task's order, [examples, pixels].
  private func rows(
    _ examples: [(task: Int, image: Int)], of images: LabelledImages, _ orders: [[Int]]
  ) -> Tensor {
    let width = images.pixelsPerImage
    return Tensor(shape: [examples.count, width]) { floats in
      images.pixels.withUnsafeBufferPointer { pixels in
        for (row, example) in examples.enumerated() {
          let order = orders[example.task]
          for pixel in 0..<width {
            let grey = pixels[example.image * width + order[pixel]]
            floats[row * width + pixel] = (grey - Self.mean) / Self.deviation
          }
        }
      }
    }
  }

  private func labels(
    _ examples: [(task: Int, image: Int)], of images: LabelledImages
  ) -> [Int32] {
    examples.map { Int32(images.labels[$0.image]) }
  }

  private func accuracy(_ network: Network, task: Int, _ orders: [[Int]]) -> Double {
    var right = 0
    for first in stride(from: 0, to: test.count, by: 500) {
      let examples = (first..<min(first + 500, test.count)).map { (task: task, image: $0) }
      let said = network(rows(examples, of: test, orders).detached()).argmax()
      right += zip(said, examples).count { $0 == test.labels[$1.image] }
    }
    return Double(right) / Double(test.count)
  }
}

/// Three hidden layers with ReLU, and an output for every digit.
private struct Network: Sendable {
  private let layers: [Linear]
  private let store: ParameterStore

  init(_ plan: PermutedDigits.Plan, inWidth: Int) throws {
    let scope = ParameterScope(seed: plan.seed)
    let widths = [inWidth] + plan.hiddenWidths + [10]
    layers = try (0..<widths.count - 1).map { index in
      // As PyTorch begins a linear layer, with which the published figures were made.
      let bound = Initializer.uniform(bound: 1 / Float(widths[index]).squareRoot())
      return try Linear(
        widths[index], widths[index + 1], bias: bound, initializer: bound, in: scope / index)
    }
    store = scope.store
  }

  var parameters: [Parameter] { store.parameters }

  /// [examples, pixels] -> [examples, 10].
  func callAsFunction(_ x: Tensor) -> Tensor {
    layers.dropLast().reduce(x) { $1($0).activated(by: .relu) }.linear(
      layers.last!.weight.effective, bias: layers.last!.bias?.effective)
  }

  /// The mean cross-entropy.
  func loss(_ x: Tensor, _ labels: [Int32]) -> Tensor {
    self(x).crossEntropy(SparseTargets(labels: labels)).sum() * (1 / Float(labels.count))
  }

  /// An optimizer for every level: the output belongs to the last hidden layer's.
  func optimizer(_ plan: PermutedDigits.Plan) -> OptimizerGroups {
    let count = plan.periods.count
    return OptimizerGroups(
      plan.periods.enumerated().map { level, period in
        let adam = AdamW(
          learningRate: plan.learner.rate(plan, period: period), beta2: 0.999)
        return OptimizerGroups.Group(
          "level \(level)",
          PeriodicOptimizer(adam, period: plan.learner.hasPeriods ? period : 1)
        ) { parameter in
          let layer = parameter.path.split(separator: ".").first.flatMap { Int($0) } ?? 0
          return min(layer, count - 1) == level
        }
      })
  }
}

/// What elastic weight consolidation holds of all tasks so far: how much each weight mattered, and where it was.
private struct Consolidation {
  /// The sum over tasks of the squared gradients F, and of F times the weights.
  private var importance: [String: Tensor] = [:]
  private var anchors: [String: Tensor] = [:]

  /// Half the sum over tasks of F (W - W_task)^2, but for what does not depend on W.
  func penalty(_ parameters: [Parameter]) -> Tensor {
    var sum = Tensor([0], shape: [])
    for parameter in parameters {
      guard let importance = importance[parameter.path], let anchor = anchors[parameter.path]
      else { continue }
      let value = parameter.effective
      sum = sum + (value * (value * importance * 0.5 - anchor)).sum()
    }
    return sum
  }

  /// Takes up a task that is over: the mean squared gradient of single examples' losses.
  mutating func settle(
    _ parameters: [Parameter], examples: Int, _ loss: (Int) -> Tensor
  ) {
    var squares: [String: Tensor] = [:]
    for index in 0..<examples {
      let gradients = Gradients()
      loss(index).backward(into: gradients)
      for parameter in parameters {
        guard let gradient = gradients[parameter.value] else { continue }
        let square = gradient * gradient * (1 / Float(examples))
        squares[parameter.path] = squares[parameter.path].map { $0 + square } ?? square
      }
    }
    for parameter in parameters {
      guard let square = squares[parameter.path] else { continue }
      let anchor = square * parameter.value.detached()
      let path = parameter.path
      importance[path] = importance[path].map { $0 + square } ?? square
      anchors[path] = anchors[path].map { $0 + anchor } ?? anchor
    }
  }
}
