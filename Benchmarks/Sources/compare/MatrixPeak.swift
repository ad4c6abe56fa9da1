import Tensors

/// The fastest rate of large matrix products on this machine: what every share is a share of.
struct MatrixPeak {
  private let precision: Precision
  private let pool: WorkerPool
  /// Square factors of several extents, a pair for every worker.
  private let factors: [[(left: Tensor, right: Tensor)]]
  /// 10^9 floating-point operations per second, the best that was met so far.
  private(set) var gigaflopsPerSecond = 0.0

  /// Operations that one worker does between two looks at the clock.
  private static let operations = 2e10

  init(_ precision: Precision, on pool: WorkerPool = .shared) {
    self.precision = precision
    self.pool = pool
    factors = [512, 1024].map { extent in
      var random = RandomSource(seed: 1, name: "factors of \(extent)")
      return (0..<pool.count).map { _ in
        (
          .normal([extent, extent], deviation: 1, using: &random),
          .normal([extent, extent], deviation: 1, using: &random)
        )
      }
    }
  }

  /// Measures once more; the machine may be faster now than it was.
  mutating func measure() throws {
    for pairs in factors {
      let operations = 2 * Double(pairs[0].left.count) * Double(pairs[0].left.shape[0])
      let repetitions = max(Int(Self.operations / operations), 1)
      let seconds = try ContinuousClock().timed {
        try precision.run {
          try pool.run { worker in
            for _ in 0..<repetitions { _ = pairs[worker].left.linear(pairs[worker].right) }
          }
        }
      }.seconds
      let rate = operations * Double(repetitions * pool.count) / seconds / 1e9
      gigaflopsPerSecond = max(gigaflopsPerSecond, rate)
    }
  }
}
