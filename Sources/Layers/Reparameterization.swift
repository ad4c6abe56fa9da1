import Tensors

/// A way to compute what layers see of a weight from the one that is stored.
public protocol Reparameterization: Sendable {
  /// The parameters that it adds to the model.
  var parameters: [Parameter] { get }

  /// The effective weight.
  ///
  /// - Precondition: the change is linear, so that there is one.
  func effective(_ base: Tensor) -> Tensor

  /// Rows of `x` through the effective weight, added to `others` where there are any; cheaper than building it where that is
  /// possible.
  func project(_ x: Tensor, through base: Tensor, bias: Tensor?, addedTo others: Tensor?) -> Tensor
}

extension Reparameterization {
  /// The same, added to nothing.
  public func project(_ x: Tensor, through base: Tensor, bias: Tensor?) -> Tensor {
    project(x, through: base, bias: bias, addedTo: nil)
  }
}

/// A change of low rank: base x + scale * B f(A x) with A [rank, in] and B [out, rank].
///
/// Without an activation f it is LoRA (2106.09685) and can be added to the weight. With one, each row of A is
/// a key and each column of B the value that it calls up, as in a feed-forward block (2012.14913): where no
/// key fires, the weight is what it was. It is the memory of a night, written to when its individual sleeps.
public struct LowRank: Reparameterization, AssociativeMemory {
  public private(set) var down: Parameter
  public private(set) var up: Parameter
  public let scale: Float
  public let activation: Activation?

  public init(down: Parameter, up: Parameter, scale: Float, activation: Activation? = nil) {
    precondition(
      down.shape.rank == 2 && up.shape.rank == 2 && down.shape[0] == up.shape[1],
      "low rank of \(down.shape) and \(up.shape)")
    self.down = down
    self.up = up
    self.scale = scale
    self.activation = activation
  }

  public var parameters: [Parameter] { [down, up] }

  public func effective(_ base: Tensor) -> Tensor {
    precondition(activation == nil, "\(up.path): a change with an activation has no weight")
    return base.float32() + up.value.multiplied(by: down.value) * scale
  }

  public func project(
    _ x: Tensor, through base: Tensor, bias: Tensor?, addedTo others: Tensor?
  ) -> Tensor {
    read(x, addedTo: x.linear(base, bias: bias, addedTo: others))
  }

  public var period: MemoryPeriod { .sleep }

  /// What is added to the projection of `x`: [..., in] -> [..., out].
  public func read(_ x: Tensor) -> Tensor { read(x, addedTo: nil) }

  func read(_ x: Tensor, addedTo others: Tensor?) -> Tensor {
    let keys = x.linear(down.value)
    return ((activation.map { keys.activated(by: $0) } ?? keys) * scale)
      .linear(up.value, addedTo: others)
  }

  /// Takes up the keys of `other` with their values: what both call up is then called up by this one.
  ///
  /// - Precondition: they are of one form, and nothing of them is being trained.
  public mutating func write(_ other: LowRank) {
    precondition(accepts(other), "\(other.up.path) is of another form than \(up.path)")
    down = Parameter(
      path: down.path, value: .concatenated([down.value, other.down.value], axis: 0),
      isTrainable: false)
    up = Parameter(
      path: up.path, value: .concatenated([up.value, other.up.value], axis: 1), isTrainable: false)
  }

  /// Whether the keys of `other` can stand beside these.
  ///
  /// Two products instead of four: what is frozen need not be kept apart.
  public func accepts(_ other: LowRank) -> Bool {
    activation == other.activation && scale == other.scale
      && !(parameters + other.parameters).contains(where: \.isTrainable)
  }

  /// The `count` strongest keys with their values, frozen.
  ///
  /// A key's strength is what it calls up of an input along itself where the activation is a square: |value| |key|^2.
  public func keeping(strongest count: Int) -> LowRank {
    let values = up.value.transposed()
    let strengths = zip(down.value.squaredRowLengths, values.squaredRowLengths).map {
      $0 * $1.squareRoot()
    }
    let chosen = strengths.indices.sorted { strengths[$0] > strengths[$1] }.prefix(count)
    let rows = Tensor(indices: chosen.sorted().map(Int32.init))
    return LowRank(
      down: Parameter(path: down.path, value: down.value.rows(at: rows), isTrainable: false),
      up: Parameter(
        path: up.path, value: values.rows(at: rows).transposed(), isTrainable: false),
      scale: scale, activation: activation)
  }
}

extension Tensor {
  /// The sum of squares of every row of a matrix.
  fileprivate var squaredRowLengths: [Float] {
    withFloats { floats in
      (0..<shape[0]).map { row in
        floats[row * shape[1]..<(row + 1) * shape[1]].reduce(0) { $0 + $1 * $1 }
      }
    }
  }
}

/// Several changes of one weight, added up: one for every night that is not part of the weight itself.
public struct StackedChanges: Reparameterization {
  public let changes: [LowRank]

  public init(_ changes: [LowRank]) { self.changes = changes }

  public var parameters: [Parameter] { changes.flatMap(\.parameters) }

  public func effective(_ base: Tensor) -> Tensor {
    changes.reduce(base) { $1.effective($0) }
  }

  public func project(
    _ x: Tensor, through base: Tensor, bias: Tensor?, addedTo others: Tensor?
  ) -> Tensor {
    changes.reduce(x.linear(base, bias: bias, addedTo: others)) { $1.read(x, addedTo: $0) }
  }
}

extension Parameter {
  /// Adds a change to those that stand before the weight already, to the last of them where it can be one with it.
  public func stack(_ change: LowRank) {
    var changes = (reparameterization as? StackedChanges)?.changes ?? []
    if let last = changes.last, last.accepts(change) {
      changes[changes.count - 1].write(change)
    } else {
      changes.append(change)
    }
    reparameterization = StackedChanges(changes)
  }
}
