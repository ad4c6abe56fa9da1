import Layers
import Tensors

/// How a momentum remembers the gradients of a parameter, and what it makes of them.
///
/// Rules differ in what they write, what they forget, and in what stands between memory and step (2512.24695, section 4).
public protocol MomentumRule: Sendable {
  /// Names the rule's part of a saved state.
  var name: String { get }

  /// The shapes of what it holds for a parameter of `shape`, all zeros at first.
  func stateShapes(for shape: Shape) -> [Shape]

  /// Remembers `gradient` in `state`.
  func write(_ gradient: Tensor, to state: inout [Tensor])

  /// What the parameter is moved against where its gradient is `gradient`, which has been remembered.
  func read(_ gradient: Tensor, from state: [Tensor]) -> Tensor
}

/// A parameter's momentum: a memory of its gradients, that answers a gradient with a direction.
public struct Momentum<Rule: MomentumRule>: AssociativeMemory, Sendable {
  public let rule: Rule
  public var state: [Tensor]

  /// The momentum of a parameter of `shape` that has had no gradient.
  public init(_ rule: Rule, for shape: Shape) {
    self.rule = rule
    state = rule.stateShapes(for: shape).map { .zeros($0) }
  }

  public var period: MemoryPeriod { .steps(1) }

  public func read(_ gradient: Tensor) -> Tensor { rule.read(gradient, from: state) }

  public mutating func write(_ gradient: Tensor) { rule.write(gradient, to: &state) }
}

/// Gradient descent along what a momentum makes of the gradients: W <- W - rate * step.
public struct MomentumOptimizer<Rule: MomentumRule>: Optimizer {
  public let rule: Rule
  public var learningRate, weightDecay: Float
  private var momenta: [String: Momentum<Rule>] = [:]

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
        (parameter, $0, momenta[parameter.path] ?? Momentum(rule, for: parameter.shape))
      }
    }
    let step = learningRate * rate
    let decay = 1 - step * weightDecay
    let after = try WorkerPool.shared.map(work.count) { index in
      var (parameter, gradient, momentum) = work[index]
      let scaled = gradientScale == 1 ? gradient : gradient * gradientScale
      momentum.write(scaled)
      parameter.value.descend(momentum.read(scaled), by: step, decay: decay)
      return momentum
    }
    for (item, momentum) in zip(work, after) { momenta[item.0.path] = momentum }
  }

  public var state: [(name: String, tensor: Tensor)] {
    momenta.sorted { $0.key < $1.key }.flatMap { path, momentum in
      momentum.state.enumerated().map { ("\(rule.name).\($0).\(path)", $1) }
    }
  }

  public mutating func restore(_ state: any TensorSource, for parameters: [Parameter]) throws {
    momenta = [:]
    var known: Set<String> = []
    for parameter in parameters {
      let shapes = rule.stateShapes(for: parameter.shape)
      let names = shapes.indices.map { "\(rule.name).\($0).\(parameter.path)" }
      guard try state.tensor(named: names.first ?? "") != nil else { continue }
      var momentum = Momentum(rule, for: parameter.shape)
      momentum.state = try zip(names, shapes).map { name, shape in
        guard let tensor = try state.tensor(named: name), tensor.shape == shape else {
          throw OptimizerError.malformedState(name: name, source: state.sourceName)
        }
        return tensor.owned()
      }
      momenta[parameter.path] = momentum
      known.formUnion(names)
    }
    if let stranger = state.tensorNames.first(where: { !known.contains($0) }) {
      throw OptimizerError.malformedState(name: stranger, source: state.sourceName)
    }
  }
}
