import CKernels

extension Tensor {
  /// Each row divided by its root mean square, times `weight` ([width]) when given (1910.07467); `isMultiplied` as in
  /// ``activated(by:isMultiplied:)``.
  public func rmsNormalized(
    weight: Tensor? = nil, epsilon: Float, isMultiplied: Bool = false
  ) -> Tensor {
    let began = Profile.now
    precondition(
      weight.map { $0.count == shape.width } ?? true, "weight \(weight?.shape ?? []) for \(shape)")
    let inverse = Tensor(uninitialized: [shape.rows])
    let out = result(isMultiplied: isMultiplied)
    ck_rms_norm(
      floats, weight?.floats, epsilon, out.place(), inverse.floats, shape.rows, shape.width)
    return out.recorded(
      .rmsNorm(inverse: inverse), [self] + (weight.map { [$0] } ?? []), since: began)
  }

  /// Each row centred and divided by its deviation, times `weight`, plus `bias` (1607.06450); `isMultiplied` as in
  /// ``activated(by:isMultiplied:)``.
  public func layerNormalized(
    weight: Tensor, bias: Tensor? = nil, epsilon: Float, isMultiplied: Bool = false
  ) -> Tensor {
    let began = Profile.now
    precondition(
      weight.count == shape.width && bias.map { $0.count == shape.width } ?? true,
      "weight \(weight.shape), bias \(bias?.shape ?? []) for \(shape)")
    let mean = Tensor(uninitialized: [shape.rows])
    let inverse = Tensor(uninitialized: [shape.rows])
    let out = result(isMultiplied: isMultiplied)
    ck_layer_norm(
      floats, weight.floats, bias?.floats, epsilon, out.place(), mean.floats, inverse.floats,
      shape.rows, shape.width)
    return out.recorded(
      .layerNorm(mean: mean, inverse: inverse), [self, weight] + (bias.map { [$0] } ?? []),
      since: began)
  }

  /// The softmax of every row.
  public func softmax() -> Tensor {
    let began = Profile.now
    let out = Tensor(uninitialized: shape)
    ck_softmax(floats, out.floats, shape.rows, shape.width)
    return out.recorded(.softmax(probabilities: out), self, since: began)
  }
}
