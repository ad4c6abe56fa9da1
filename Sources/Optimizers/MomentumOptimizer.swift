import Layers
import Tensors

/// How a momentum remembers the gradients of a parameter, and what it makes of them.
///
/// A momentum is an associative memory of gradients (2512.24695, section 4): rules differ in what they write, what they
/// forget, and in what stands between memory and step.
public protocol MomentumRule: Sendable {
  /// Names the rule's part of a saved state.
  var name: String { get }

  /// The shapes of what it holds for a parameter of `shape`, all zeros at first.
  func stateShapes(for shape: Shape) -> [Shape]

  /// Remembers `gradient` in `state`; returns what the parameter is moved against.
  func step(_ gradient: Tensor, _ state: inout [Tensor]) -> Tensor
}

/// Gradient descent along what a momentum makes of the gradients: W <- W - rate * step.
public struct MomentumOptimizer<Rule: MomentumRule>: Optimizer {
  public let rule: Rule
  public var learningRate, weightDecay: Float
  private var states: [String: [Tensor]] = [:]

  public init(_ rule: Rule, learningRate: Float, weightDecay: Float = 0) {
    self.rule = rule
    self.learningRate = learningRate
    self.weightDecay = weightDecay
  }

  public mutating func update(
    _ parameters: [Parameter], along gradients: Gradients, rate: Float, gradientScale: Float
  ) throws {
    let work = parameters.compactMap { parameter in
      gradients[parameter.value].map {
        (parameter, $0, states[parameter.path] ?? initialState(parameter.shape))
      }
    }
    let (rule, step) = (rule, learningRate * rate)
    let decay = 1 - step * weightDecay
    let after = try WorkerPool.shared.map(work.count) { index in
      var (parameter, gradient, state) = work[index]
      let direction = rule.step(gradientScale == 1 ? gradient : gradient * gradientScale, &state)
      parameter.value.descend(direction, by: step, decay: decay)
      return state
    }
    for (item, state) in zip(work, after) { states[item.0.path] = state }
  }

  private func initialState(_ shape: Shape) -> [Tensor] {
    rule.stateShapes(for: shape).map { .zeros($0) }
  }

  public var state: [(name: String, tensor: Tensor)] {
    states.sorted { $0.key < $1.key }.flatMap { path, tensors in
      tensors.enumerated().map { ("\(rule.name).\($0).\(path)", $1) }
    }
  }

  public mutating func restore(_ state: any TensorSource, for parameters: [Parameter]) throws {
    states = [:]
    var known: Set<String> = []
    for parameter in parameters {
      let shapes = rule.stateShapes(for: parameter.shape)
      let names = shapes.indices.map { "\(rule.name).\($0).\(parameter.path)" }
      guard try state.tensor(named: names.first ?? "") != nil else { continue }
      states[parameter.path] = try zip(names, shapes).map { name, shape in
        guard let tensor = try state.tensor(named: name), tensor.shape == shape else {
          throw OptimizerError.malformedState(name: name, source: state.sourceName)
        }
        return tensor.owned()
      }
      known.formUnion(names)
    }
    if let stranger = state.tensorNames.first(where: { !known.contains($0) }) {
      throw OptimizerError.malformedState(name: stranger, source: state.sourceName)
    }
  }
}
