import CKernels
import Layers
import Tensors

/// An optimizer that collects gradients and steps once in `period` steps, along their sum.
///
/// A level of the continuum memory system (2512.24695, equation 71): between its steps the level stays what it is. The sum
/// grows with the period, which optimizers that normalise do not notice; for others the rate is to be divided by it.
public struct PeriodicOptimizer: Optimizer {
  public private(set) var optimizer: any Optimizer
  public let period: Int
  private var stepCount = 0
  private var sums: [String: Tensor] = [:]

  /// - Precondition: `period` is positive.
  public init(_ optimizer: any Optimizer, period: Int) {
    precondition(period > 0, "a period of \(period) steps")
    self.optimizer = optimizer
    self.period = period
  }

  public func isElementwise(for parameter: Parameter) -> Bool {
    optimizer.isElementwise(for: parameter)
  }

  public mutating func update(
    _ parameters: [Parameter], along gradients: Gradients, rate: Float, gradientScale: Float
  ) throws {
    guard period > 1 else {
      return try optimizer.update(
        parameters, along: gradients, rate: rate, gradientScale: gradientScale)
    }
    stepCount += 1
    for parameter in parameters {
      guard let gradient = gradients[parameter.value] else { continue }
      let sum = sums[parameter.path] ?? .zeros(parameter.shape)
      sum.descend(gradient, by: -gradientScale, decay: 1)
      sums[parameter.path] = sum
    }
    guard stepCount.isMultiple(of: period) else { return }
    let collected = Gradients()
    for parameter in parameters {
      guard let sum = sums[parameter.path] else { continue }
      collected.insert(sum, for: parameter.value)
    }
    sums = [:]
    try optimizer.update(parameters, along: collected, rate: rate, gradientScale: 1)
  }

  public var state: [(name: String, tensor: Tensor)] {
    [("periodic.step", counter(stepCount))]
      + sums.sorted { $0.key < $1.key }.map { ("periodic.sum.\($0.key)", $0.value) }
      + optimizer.state.map { ("periodic.of.\($0.name)", $0.tensor) }
  }

  public mutating func restore(_ state: any TensorSource, for parameters: [Parameter]) throws {
    stepCount = try steps(in: state, named: "periodic.step")
    sums = try buffers("periodic.sum.", for: parameters, in: state)
    var own = TensorDictionary(sourceName: state.sourceName)
    let prefix = "periodic.of."
    for name in state.tensorNames {
      if name.hasPrefix(prefix) {
        own[String(name.dropFirst(prefix.count))] = try state.tensor(named: name)
      } else if name != "periodic.step" && !name.hasPrefix("periodic.sum.") {
        throw OptimizerError.malformedState(name: name, source: state.sourceName)
      }
    }
    try optimizer.restore(own, for: parameters)
  }
}
