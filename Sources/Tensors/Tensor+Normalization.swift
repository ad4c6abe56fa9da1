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
    let (width, inverse) = (shape.width, Tensor(uninitialized: [shape.rows]))
    let out = result(isMultiplied: isMultiplied, partsOf: width) { part, out in
      let row = part.lowerBound / width
      ck_rms_norm(
        floats + part.lowerBound, weight?.floats, epsilon, out, inverse.floats + row,
        part.count / width, width)
    }
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
    let width = shape.width
    let mean = Tensor(uninitialized: [shape.rows])
    let inverse = Tensor(uninitialized: [shape.rows])
    let out = result(isMultiplied: isMultiplied, partsOf: width) { part, out in
      let row = part.lowerBound / width
      ck_layer_norm(
        floats + part.lowerBound, weight.floats, bias?.floats, epsilon, out, mean.floats + row,
        inverse.floats + row, part.count / width, width)
    }
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
