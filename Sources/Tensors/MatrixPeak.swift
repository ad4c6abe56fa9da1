import Foundation

/// What this machine's matrix products reach at best: the measure of everything faster than it looks.
public enum MatrixPeak {
  /// Operations per second, in units of 10^9, when every worker multiplies large square matrices.
  ///
  /// Takes about a tenth of a second; other work on the machine lowers it.
  public static func gigaflops(_ precision: Precision, on pool: WorkerPool = .shared) throws
    -> Double
  {
    let extent = 512
    let rounds = 12
    func multiply(_ count: Int) throws {
      try precision.run {
        try pool.run { _ in
          let a = Tensor(shape: [extent, extent]) { $0.update(repeating: 0.5) }
          let b = Tensor(shape: [extent, extent]) { $0.update(repeating: 0.25) }
          for _ in 0..<count { _ = a.multiplied(by: b) }
        }
      }
    }
    try multiply(1)
    let start = Date()
    try multiply(rounds)
    let operations = 2 * Double(extent * extent * extent) * Double(rounds * pool.count)
    return operations / Date().timeIntervalSince(start) / 1e9
  }
}
