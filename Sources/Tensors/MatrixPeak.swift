import Foundation

/// What this machine's matrix products reach at best: the measure of everything faster than it looks.
public enum MatrixPeak {
  /// Operations per second, in units of 10^9, when every worker multiplies large square matrices.
  ///
  /// The best of several short rounds, as other work on the machine can only lower it; about 0.2 seconds.
  public static func gigaflops(
    _ precision: Precision, on pool: WorkerPool = .shared
  ) throws -> Double {
    let (extent, products, rounds) = (512, 4, 12)
    let best =
      try (0...rounds).map { round in
        let start = Date()
        try precision.run {
          try pool.run { _ in
            let a = Tensor(shape: [extent, extent]) { $0.update(repeating: 0.5) }
            let b = Tensor(shape: [extent, extent]) { $0.update(repeating: 0.25) }
            for _ in 0..<products { _ = a.linear(b) }
          }
        }
        // The first round also sets up what the products need.
        return round == 0 ? .infinity : Date().timeIntervalSince(start)
      }.min() ?? .infinity
    return 2 * Double(extent * extent * extent) * Double(products * pool.count) / best / 1e9
  }
}
