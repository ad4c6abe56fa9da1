import Tensors

/// A named tensor that a model is made of, and that an optimizer may change.
///
/// Layers never read ``value`` directly: they ask for ``effective`` or ``project(_:bias:)``, so that a
/// reparameterisation (a season's LoRA, a stack of deltas) works in every layer without the layer knowing.
public final class Parameter: @unchecked Sendable {
  /// Where the parameter stands in the model; also its key in a checkpoint.
  public let path: String

  /// The float32 master copy; tracked while the parameter is trainable.
  public private(set) var value: Tensor

  /// What stands between ``value`` and what layers see.
  public var reparameterization: (any Reparameterization)?

  public init(path: String, value: Tensor, isTrainable: Bool = true) {
    self.path = path
    self.value = isTrainable ? value.tracked() : value.detached()
  }

  public var shape: Shape { value.shape }

  /// Whether gradients are collected; a frozen parameter costs no gradient and no optimizer state.
  public var isTrainable: Bool {
    get { value.isTracked }
    set { if newValue != value.isTracked { value = newValue ? value.tracked() : value.detached() } }
  }

  /// The tensor that layers compute with.
  public var effective: Tensor { reparameterization?.effective(value) ?? value }

  /// Every row of `x` through the effective weight: [..., in] -> [..., out].
  public func project(_ x: Tensor, bias: Tensor? = nil) -> Tensor {
    reparameterization?.project(x, through: value, bias: bias) ?? x.linear(value, bias: bias)
  }

  /// Puts other numbers of the same shape in place, keeping trainability; they are not copied.
  public func replace(with tensor: Tensor) {
    precondition(tensor.shape == shape, "\(path): \(tensor.shape) in place of \(shape)")
    value = isTrainable ? tensor.tracked() : tensor.detached()
  }
}

/// A way to compute the weight that layers see from the one that is stored.
public protocol Reparameterization: Sendable {
  /// The parameters that it adds to the model.
  var parameters: [Parameter] { get }

  /// The effective weight.
  func effective(_ base: Tensor) -> Tensor

  /// Rows of `x` through the effective weight; cheaper than building it where that is possible.
  func project(_ x: Tensor, through base: Tensor, bias: Tensor?) -> Tensor
}

/// base + scale * B A with A [rank, in] and B [out, rank] (LoRA, 2106.09685).
public struct LowRank: Reparameterization {
  public let down: Parameter
  public let up: Parameter
  public let scale: Float

  public init(down: Parameter, up: Parameter, scale: Float) {
    precondition(
      down.shape.rank == 2 && up.shape.rank == 2 && down.shape[0] == up.shape[1],
      "low rank of \(down.shape) and \(up.shape)")
    self.down = down
    self.up = up
    self.scale = scale
  }

  public var parameters: [Parameter] { [down, up] }

  public func effective(_ base: Tensor) -> Tensor {
    base + up.value.multiplied(by: down.value) * scale
  }

  public func project(_ x: Tensor, through base: Tensor, bias: Tensor?) -> Tensor {
    x.linear(base, bias: bias) + (x.linear(down.value) * scale).linear(up.value)
  }
}
