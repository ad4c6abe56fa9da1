import Tensors

/// A linear map of rows: y = x W^T + b, with `weight` [out, in] and an optional `bias` [out].
public struct Linear: Sendable {
  public let weight: Parameter
  public let bias: Parameter?

  /// Creates the map in `scope` under the keys `weight` and `bias`.
  ///
  /// Unless told otherwise, weights start uniform within sqrt(3 / in), so that rows keep their variance.
  public init(
    _ inWidth: Int, _ outWidth: Int, hasBias: Bool = false, initializer: Initializer? = nil,
    in scope: ParameterScope
  ) throws {
    try self.init(
      inWidth, outWidth, bias: hasBias ? .constant(0) : nil, initializer: initializer, in: scope)
  }

  /// The same with a bias that begins as `bias` says.
  public init(
    _ inWidth: Int, _ outWidth: Int, bias: Initializer?, initializer: Initializer? = nil,
    in scope: ParameterScope
  ) throws {
    weight = try scope.parameter(
      "weight", [outWidth, inWidth],
      initializer ?? .uniform(bound: (3 / Float(inWidth)).squareRoot()))
    self.bias = try bias.map { try scope.parameter("bias", [outWidth], $0) }
  }

  /// Whether products are in the precision in force: a stored weight is multiplied in its own, whatever others are.
  var multipliesAsTold: Bool { !weight.value.isStored }

  /// [..., in] -> [..., out], added to `others` where there are any.
  public func callAsFunction(_ x: Tensor, addedTo others: Tensor? = nil) -> Tensor {
    weight.project(x, bias: bias?.effective, addedTo: others)
  }
}

/// A table of vectors looked up by index: `weight` [count, width].
public struct Embedding: Sendable {
  public let weight: Parameter

  /// Creates the table in `scope` under the key `weight`.
  public init(_ count: Int, _ width: Int, deviation: Float, in scope: ParameterScope) throws {
    weight = try scope.parameter("weight", [count, width], .normal(deviation: deviation))
  }

  /// Indices [...] -> [..., width].
  public func callAsFunction(_ indices: Tensor) -> Tensor { weight.effective.rows(at: indices) }
}
