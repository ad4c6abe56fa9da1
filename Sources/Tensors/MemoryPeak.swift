import Foundation

/// What this machine's memory gives at best: the other measure, beside ``MatrixPeak``, of how fast a step can be.
public enum MemoryPeak {
  /// Bytes per second, in units of 10^9, that all workers together read and write where no cache holds them.
  ///
  /// The best of several rounds, as other work on the machine can only lower it; about 0.3 seconds.
  public static func gigabytes(on pool: WorkerPool = .shared) throws -> Double {
    let numbers = (0..<pool.count).map { _ in Tensor(repeating: 1, shape: [1 << 24]) }
    let bytes = 2 * Double(numbers.reduce(0) { $0 + $1.byteCount })
    // The first round also touches the memory of the results.
    let best =
      try (0..<4).map { _ in
        let start = Date()
        try pool.run { worker in _ = numbers[worker] * 2 }
        return Date().timeIntervalSince(start)
      }.min() ?? .infinity
    return bytes / best / 1e9
  }
}
