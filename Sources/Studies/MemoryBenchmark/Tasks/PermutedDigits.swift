import Corpora
import Foundation
import Layers
import Tensors

/// Permuted MNIST (Goodfellow et al., 1312.6211): one task after another, the same digits with their pixels in another order.
///
/// A network of layers of unlike paces against the same network otherwise: which part of what is kept comes from the paces,
/// and which from moving less. Layers, epochs, batches, Adam's rate and the images' normalisation are those of a published reproduction of the
/// continuum memory system (Adam 0.706 +- 0.023, periods 6/3/1 0.757 +- 0.019 over ten seeds), whose control this adds.
public struct PermutedDigits: Sendable {
  public struct Plan: Sendable, Codable, Equatable {
    public var learner: TaskLearner
    public var tasks = 10
    public var hiddenWidths = [256, 128, 64]
    /// Adam's rate as published; and the continuum's, which the published figure does not name: see `NestedLearning.md`. The
    /// periods are those of the first hidden layer, the second, and the third with the output.
    public var pace = TaskPace(
      epochs: 8, batch: 128, rate: 2.49e-5, continuumRate: 5e-5, periods: [6, 3, 1])
    /// Images of a task, at most.
    public var images = 60_000
    public var seed: UInt64

    public init(_ learner: TaskLearner, seed: UInt64) {
      self.learner = learner
      self.seed = seed
    }
  }

  public let plan: Plan
  private let training, test: LabelledImages

  public init(_ plan: Plan, training: LabelledImages, test: LabelledImages) {
    precondition(plan.pace.periods.count == plan.hiddenWidths.count)
    self.plan = plan
    self.training = training
    self.test = test
  }

  /// Learns all tasks; on one worker, so that several can run side by side.
  public func run(report: (_ row: [Double]) -> Void = { _ in }) throws -> TaskOutcome<Plan> {
    let start = Date()
    let tasks = DigitTasks(
      plan, try Network(plan, inWidth: training.pixelsPerImage), training: training, test: test)
    let matrix = try TaskCourse(learner: plan.learner, pace: plan.pace, seed: plan.seed)
      .run(tasks, report: report)
    return TaskOutcome(plan: plan, matrix: matrix, seconds: Date().timeIntervalSince(start))
  }
}

/// The orders of the pixels, and the network that learns them.
private struct DigitTasks: TaskSequence {
  private let network: Network
  private let training, test: LabelledImages
  private let count: Int
  private let orders: [[Int]]

  /// Of the grey of MNIST's training images.
  private static let (mean, deviation): (Float, Float) = (0.1307, 0.3081)

  init(
    _ plan: PermutedDigits.Plan, _ network: Network, training: LabelledImages,
    test: LabelledImages
  ) {
    self.network = network
    self.training = training
    self.test = test
    count = min(plan.images, training.count)
    var random = RandomSource(seed: plan.seed, name: "permutations")
    orders = (0..<plan.tasks).map { _ in
      Array(0..<training.pixelsPerImage).shuffled(using: &random)
    }
  }

  var taskCount: Int { orders.count }
  var parameters: [Parameter] { network.parameters }

  func exampleCount(of task: Int) -> Int { count }

  /// A level for every hidden layer; the output belongs to the last one's.
  func level(of parameter: Parameter, among count: Int) -> Int {
    let layer = parameter.path.split(separator: ".").first.flatMap { Int($0) } ?? 0
    return min(layer, count - 1)
  }

  func loss(_ examples: [TaskExample]) -> Tensor {
    let labels = examples.map { Int32(training.labels[$0.index]) }
    return network(rows(examples, of: training)).crossEntropy(SparseTargets(labels: labels)).sum()
      * (1 / Float(labels.count))
  }

  func accuracy(of task: Int, after last: Int) -> Double {
    var right = 0
    for first in stride(from: 0, to: test.count, by: 500) {
      let examples = (first..<min(first + 500, test.count)).map {
        TaskExample(task: task, index: $0)
      }
      let said = network(rows(examples, of: test).detached()).argmax()
      right += zip(said, examples).count { $0 == test.labels[$1.index] }
    }
    return Double(right) / Double(test.count)
  }

  /// Images with their pixels in their task's order, [examples, pixels].
  private func rows(_ examples: [TaskExample], of images: LabelledImages) -> Tensor {
    let width = images.pixelsPerImage
    return Tensor(shape: [examples.count, width]) { floats in
      images.pixels.withUnsafeBufferPointer { pixels in
        for (row, example) in examples.enumerated() {
          let order = orders[example.task]
          for pixel in 0..<width {
            let grey = pixels[example.index * width + order[pixel]]
            floats[row * width + pixel] = (grey - Self.mean) / Self.deviation
          }
        }
      }
    }
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
}
