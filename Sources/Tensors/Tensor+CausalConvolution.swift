import CKernels

extension Tensor {
  /// Mixes every row with the rows before it, each channel on its own: x [batch, time, width] with
  /// `taps` [count, 1, width] gives the sum over k of taps[k] * x[t - k].
  ///
  /// Before the first row stand zeros, so no row sees a later one.
  public func causallyConvolved(with taps: Tensor) -> Tensor {
    let began = Profile.now
    precondition(
      shape.rank == 3 && taps.shape.rank == 3 && taps.shape[1] == 1 && taps.shape[2] == shape[2]
        && taps.shape[0] > 0,
      "causal convolution of \(shape) with \(taps.shape)")
    let out = Tensor(uninitialized: shape)
    ck_causal_convolution(causalShape(taps: taps.shape[0]), floats, taps.floats, out.floats)
    return out.recorded(.causalConvolution, self, taps, since: began)
  }

  func causalShape(taps: Int) -> ck_causal_shape {
    ck_causal_shape(batch: shape[0], time: shape[1], width: shape[2], taps: taps)
  }
}
