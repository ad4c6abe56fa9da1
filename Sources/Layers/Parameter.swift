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
    set {
      guard newValue != value.isTracked else { return }
      // What a file stores cannot change: what is trained is a copy in float32.
      let own = newValue && value.isStored ? value.owned() : value
      value = newValue ? own.tracked() : own.detached()
    }
  }

  /// The tensor that layers compute with.
  public var effective: Tensor { reparameterization?.effective(value) ?? value }

  /// Every row of `x` through the effective weight, added to `others` where there are any: [..., in] -> [..., out].
  public func project(_ x: Tensor, bias: Tensor? = nil, addedTo others: Tensor? = nil) -> Tensor {
    reparameterization?.project(x, through: value, bias: bias, addedTo: others)
      ?? x.linear(value, bias: bias, addedTo: others)
  }

  /// Puts other numbers of the same shape in place, keeping trainability; they are not copied.
  public func replace(with tensor: Tensor) {
    precondition(tensor.shape == shape, "\(path): \(tensor.shape) in place of \(shape)")
    value = isTrainable ? tensor.tracked() : tensor.detached()
  }
}
