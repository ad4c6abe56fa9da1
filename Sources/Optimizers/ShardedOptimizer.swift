import Layers
import Ranks
import Tensors

/// An optimizer that several processes carry together: each has gradients of its own rows, keeps a share of the state, and
/// has all parameters after the step.
///
/// In its step gradients are added up, each element by the rank that keeps its state, most of them while others are computed;
/// that rank updates its share; and then every rank receives all shares (ZeRO stage 2, 1910.02054). Sums are taken in pairs of
/// neighbours, as those of a process's workers are.
public struct ShardedOptimizer: Optimizer {
  public private(set) var optimizer: any Optimizer
  private let ranks: any RankGroup
  /// The type in which gradients travel; they are added up in float32.
  private let precision: Precision
  private var sharding: (paths: [String], sharding: Sharding)?
  /// Of the step that has begun.
  private var exchange: GradientExchange?

  public init(
    _ optimizer: any Optimizer, among ranks: any RankGroup, precision: Precision = .float32
  ) {
    self.optimizer = optimizer
    self.ranks = ranks
    self.precision = precision
  }

  public func isElementwise(for parameter: Parameter) -> Bool {
    optimizer.isElementwise(for: parameter)
  }

  public mutating func beginStep(_ parameters: [Parameter]) -> GradientListener? {
    let exchange = beginExchange(of: parameters)
    self.exchange = exchange
    return { exchange.send($0, of: $1) }
  }

  private mutating func beginExchange(of parameters: [Parameter]) -> GradientExchange {
    GradientExchange(
      sharding(of: parameters), of: parameters, among: ranks, precision: precision)
  }

  public mutating func update(
    _ parameters: [Parameter], along gradients: Gradients, rate: Float, gradientScale: Float
  ) throws {
    let exchange = self.exchange ?? beginExchange(of: parameters)
    self.exchange = nil
    for parameter in parameters {
      if let gradient = gradients[parameter.value], let leaf = parameter.value.leaf {
        exchange.send(gradient, of: leaf)
      }
    }
    let received = exchange.finish()
    let sharding = sharding(of: parameters)
    // A parameter that nothing flowed to on any rank stays as it is.
    let isMoved = ranks.any(parameters.map { gradients[$0.value] != nil })
    let sums = Gradients()
    var own: [(parameter: Parameter, shard: Sharding.Shard)] = []
    for (portion, portionSums) in zip(sharding.portions, received) {
      for (shard, sum) in zip(portion.shards[ranks.rank], portionSums) {
        let part = parameters[shard.parameter].rows(shard)
        own.append((part, shard))
        if isMoved[shard.parameter] { sums.insert(sum, for: part.value) }
      }
    }
    try optimizer.update(
      own.map(\.parameter), along: sums, rate: rate, gradientScale: gradientScale)
    var updated = own[...]
    for portion in sharding.portions {
      let count = portion.shards[ranks.rank].count
      distribute(updated.prefix(count).map(\.parameter.value), portion, to: parameters)
      updated = updated.dropFirst(count)
    }
  }

  private mutating func sharding(of parameters: [Parameter]) -> Sharding {
    let paths = parameters.map(\.path)
    if let known = sharding, known.paths == paths { return known.sharding }
    let new = Sharding(
      parameters.map(\.shape), isDivisible: parameters.map { optimizer.isElementwise(for: $0) },
      among: ranks.count)
    sharding = (paths, new)
    return new
  }

  /// Gives every rank the updated shards of all.
  private func distribute(
    _ own: [Tensor], _ portion: Sharding.Portion, to parameters: [Parameter]
  ) {
    let all = ranks.gathered(own, counts: portion.counts)
    all.withFloats { all in
      var place = 0
      for shard in portion.shards.joined() {
        let part = all[place..<place + shard.elements.count]
        parameters[shard.parameter].value.update { value in
          _ = UnsafeMutableBufferPointer(rebasing: value[shard.elements]).update(from: part)
        }
        place += shard.elements.count
      }
    }
  }

  /// This rank's share of the state, under the names that it has in a process by itself.
  public var state: [(name: String, tensor: Tensor)] { optimizer.state }

  /// Which rows of a parameter the state called `name` belongs to, and of how many; nil where it is of a whole one or of none.
  public func rows(ofState name: String, for parameters: [Parameter]) -> (
    rows: Range<Int>, of: Int
  )? {
    var copy = self
    guard let shard = copy.shard(ofState: name, parameters) else { return nil }
    let shape = parameters[shard.parameter].shape
    let all = shape.rank == 0 ? 1 : shape[0]
    return shard.rows.count == all ? nil : (shard.rows, all)
  }

  /// Takes up this rank's share of the state of all.
  public mutating func restore(_ state: any TensorSource, for parameters: [Parameter]) throws {
    let own = sharding(of: parameters).shards(of: ranks.rank)
    let keeps = Set(own.map(\.parameter))
    var share = TensorDictionary(sourceName: state.sourceName)
    for name in state.tensorNames {
      guard let index = Self.parameter(ofState: name, parameters) else {
        share[name] = try state.tensor(named: name)
        continue
      }
      guard keeps.contains(index) else { continue }
      let shard = own.first { $0.parameter == index }!
      let whole = try state.tensor(named: name)
      // What is not of the parameter's shape belongs to a whole parameter: only elementwise updates are divided.
      share[name] =
        whole.map {
          $0.shape == parameters[index].shape && $0.shape.rank > 0
            ? $0.sliced(axis: 0, shard.rows) : $0
        }
    }
    try optimizer.restore(share, for: own.map { parameters[$0.parameter].rows($0) })
  }

  private mutating func shard(ofState name: String, _ parameters: [Parameter]) -> Sharding.Shard? {
    guard let index = Self.parameter(ofState: name, parameters) else { return nil }
    return sharding(of: parameters).shards(of: ranks.rank).first { $0.parameter == index }
  }

  /// The parameter whose path a state's name ends with.
  private static func parameter(ofState name: String, _ parameters: [Parameter]) -> Int? {
    parameters.indices.filter { name.hasSuffix("." + parameters[$0].path) }
      .max { parameters[$0].path.count < parameters[$1].path.count }
  }
}

extension Parameter {
  /// A copy of a shard under the name of the whole.
  fileprivate func rows(_ shard: Sharding.Shard) -> Parameter {
    Parameter(
      path: path,
      value: Tensor(shape: shape.rows(shard.rows.count)) { out in
        value.withFloats { _ = out.update(from: $0[shard.elements]) }
      })
  }
}

extension Shape {
  /// The same with another number of rows.
  func rows(_ count: Int) -> Shape {
    rank == 0 ? self : Shape([count] + extents.dropFirst())
  }
}

extension RankGroup {
  /// All ranks' tensors behind one another; `counts` are the elements that each has.
  fileprivate func gathered(_ own: [Tensor], counts: [Int]) -> Tensor {
    let flat = Tensor(shape: [counts[rank]]) { out in
      var place = 0
      for tensor in own {
        tensor.withFloats {
          _ = UnsafeMutableBufferPointer(rebasing: out[place..<place + $0.count]).update(from: $0)
        }
        place += tensor.count
      }
    }
    return Tensor(shape: [counts.reduce(0, +)]) { out in
      flat.withBytes {
        gather($0, counts: counts, wordWidth: 4, into: UnsafeMutableRawBufferPointer(out))
      }
    }
  }
}
