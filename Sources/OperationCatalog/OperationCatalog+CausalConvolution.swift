import Tensors

extension OperationCatalog {
  static func causalConvolution(_ size: Size) -> [OperationCase] {
    let forms: [(x: Shape, taps: Int)] = size.pick(
      test: [([2, 7, 5], 4), ([1, 3, 33], 4), ([3, 1, 16], 2), ([1, 6, 19], 1)],
      benchmark: [([8, 1024, 768], 4)])
    return forms.map { x, taps in
      OperationCase(
        "causalConvolution.taps\(taps)", [.floats(x), .floats([taps, 1, x[2]])],
        flops: 2 * x.count * taps
      ) {
        $0[0].causallyConvolved(with: $0[1])
      } reference: {
        .causallyConvolved($0[0], with: $0[1])
      }
    }
  }
}

extension ReferenceArray {
  fileprivate static func causallyConvolved(
    _ x: ReferenceArray, with taps: ReferenceArray
  ) -> ReferenceArray {
    var out = ReferenceArray(x.shape)
    for n in 0..<x.shape[0] {
      for t in 0..<x.shape[1] {
        for k in 0..<taps.shape[0] where k <= t {
          for i in 0..<x.shape[2] { out[n, t, i] += taps[k, 0, i] * x[n, t - k, i] }
        }
      }
    }
    return out
  }
}
