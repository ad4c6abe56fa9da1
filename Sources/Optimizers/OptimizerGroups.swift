import Layers
import Tensors

/// Several optimizers, each in charge of the parameters that it claims by path; the first claim counts.
public struct OptimizerGroups: Optimizer {
  /// One optimizer and its claim.
  public struct Group {
    public let name: String
    public var optimizer: any Optimizer
    public let claims: @Sendable (Parameter) -> Bool

    public init(
      _ name: String, _ optimizer: any Optimizer,
      claims: @escaping @Sendable (Parameter) -> Bool = { _ in true }
    ) {
      self.name = name
      self.optimizer = optimizer
      self.claims = claims
    }
  }

  public private(set) var groups: [Group]

  public init(_ groups: [Group]) { self.groups = groups }

  public func isElementwise(for parameter: Parameter) -> Bool {
    groups.first { $0.claims(parameter) }?.optimizer.isElementwise(for: parameter) ?? false
  }

  public mutating func update(
    _ parameters: [Parameter], along gradients: Gradients, rate: Float, gradientScale: Float
  ) throws {
    var unclaimed = parameters
    for index in groups.indices {
      let claims = groups[index].claims
      try groups[index].optimizer.update(
        unclaimed.filter(claims), along: gradients, rate: rate, gradientScale: gradientScale)
      unclaimed.removeAll(where: claims)
    }
    precondition(unclaimed.isEmpty, "no optimizer for \(unclaimed.map(\.path))")
  }

  public var state: [(name: String, tensor: Tensor)] {
    groups.flatMap { group in
      group.optimizer.state.map { ("\(group.name)/\($0.name)", $0.tensor) }
    }
  }

  public mutating func restore(_ state: any TensorSource, for parameters: [Parameter]) throws {
    for name in state.tensorNames
    where !groups.contains(where: { name.hasPrefix($0.name + "/") }) {
      throw OptimizerError.malformedState(name: name, source: state.sourceName)
    }
    var unclaimed = parameters
    for index in groups.indices {
      let prefix = groups[index].name + "/"
      var own = TensorDictionary(sourceName: state.sourceName)
      for name in state.tensorNames where name.hasPrefix(prefix) {
        own[String(name.dropFirst(prefix.count))] = try state.tensor(named: name)
      }
      let claims = groups[index].claims
      try groups[index].optimizer.restore(own, for: unclaimed.filter(claims))
      unclaimed.removeAll(where: claims)
    }
  }
}
