import CKernels

/// A function applied to every element.
public enum Activation: String, Sendable, CaseIterable {
  case relu
  /// max(x, 0)^2 (Primer, 2109.08668).
  case reluSquared
  /// GELU by its tanh approximation (1606.08415), as in GPT-2.
  case gelu
  /// GELU by the error function.
  case geluExact
  case silu, sigmoid, tanh, exp, softplus

  var kernel: ck_activation {
    switch self {
    case .relu: CK_RELU
    case .reluSquared: CK_RELU_SQUARED
    case .gelu: CK_GELU_TANH
    case .geluExact: CK_GELU_ERF
    case .silu: CK_SILU
    case .sigmoid: CK_SIGMOID
    case .tanh: CK_TANH
    case .exp: CK_EXP
    case .softplus: CK_SOFTPLUS
    }
  }
}

extension Tensor {
  /// Elementwise sum of two tensors of one shape.
  public static func + (left: Tensor, right: Tensor) -> Tensor {
    let began = Profile.now
    let out = Tensor(uninitialized: sameShape(left, right, "+"))
    ck_add(left.floats, right.floats, out.floats, out.count)
    return out.recorded(.add, left, right, since: began)
  }

  /// Elementwise difference of two tensors of one shape.
  public static func - (left: Tensor, right: Tensor) -> Tensor {
    let began = Profile.now
    let out = Tensor(uninitialized: sameShape(left, right, "-"))
    out.floats.update(from: left.floats, count: out.count)
    ck_axpy(-1, right.floats, out.floats, out.count)
    return out.recorded(.subtract, left, right, since: began)
  }

  /// Elementwise product of two tensors of one shape.
  public static func * (left: Tensor, right: Tensor) -> Tensor {
    let began = Profile.now
    let out = Tensor(uninitialized: sameShape(left, right, "*"))
    ck_multiply(left.floats, right.floats, out.floats, out.count)
    return out.recorded(.multiply, left, right, since: began)
  }

  /// Every element times `factor`.
  public static func * (left: Tensor, factor: Float) -> Tensor {
    let began = Profile.now
    let out = Tensor(uninitialized: left.shape)
    ck_scale(left.floats, factor, out.floats, out.count)
    return out.recorded(.scale(factor), left, since: began)
  }

  /// Adds `row` ([width]) to every row of this tensor ([..., width]).
  public func addingRow(_ row: Tensor) -> Tensor {
    let began = Profile.now
    precondition(row.count == shape.width, "row \(row.shape) for rows of \(shape)")
    let out = Tensor(uninitialized: shape)
    ck_add_row(floats, row.floats, out.floats, shape.rows, shape.width)
    return out.recorded(.addRow, self, row, since: began)
  }

  /// Applies `activation` to every element.
  ///
  /// With `isMultiplied` the result is read by products alone: where those are in bfloat16 it is rounded at once, and no wider
  /// copy of it is kept for the way back.
  public func activated(by activation: Activation, isMultiplied: Bool = false) -> Tensor {
    let began = Profile.now
    let out = result(isMultiplied: isMultiplied)
    ck_activate(activation.kernel, floats, out.place(), count)
    return out.recorded(.activation(activation), self, since: began)
  }

  /// SiLU of `gate` times `up`, elementwise (SwiGLU, 2002.05202); `isMultiplied` as in ``activated(by:isMultiplied:)``.
  public static func swiGLU(gate: Tensor, up: Tensor, isMultiplied: Bool = false) -> Tensor {
    let began = Profile.now
    _ = sameShape(gate, up, "swiGLU")
    let out = gate.result(isMultiplied: isMultiplied)
    ck_swiglu(gate.floats, up.floats, out.place(), gate.count)
    return out.recorded(.swiGLU, gate, up, since: began)
  }

  /// A place for what an operation makes of this tensor: in bfloat16 where products of a pass that learns are all that reads it.
  func result(isMultiplied: Bool) -> Tensor {
    let isRounded =
      isMultiplied && isTracked && Precision.current == .bfloat16 && Precision.fastest == .bfloat16
    return Tensor(uninitialized: shape, scalarType: isRounded ? .bfloat16 : .float32)
  }

  /// The sum of all elements, accumulated in double; a scalar.
  public func sum() -> Tensor {
    let began = Profile.now
    return Tensor([Float(ck_sum(floats, count))], shape: []).recorded(.sum, self, since: began)
  }

  /// The mean of all elements; a scalar.
  public func mean() -> Tensor { sum() * (1 / Float(max(count, 1))) }

  private static func sameShape(_ left: Tensor, _ right: Tensor, _ name: String) -> Shape {
    precondition(left.shape == right.shape, "\(name) of shapes \(left.shape) and \(right.shape)")
    return left.shape
  }
}
