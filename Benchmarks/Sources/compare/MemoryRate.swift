import Tensors

/// The fastest rate at which all workers together go through memory that no cache holds.
struct MemoryRate {
  private let pool: WorkerPool
  private let numbers: [Tensor]
  /// 10^9 bytes read and written a second, the best that was met so far.
  private(set) var gigabytesPerSecond = 0.0

  /// Floats of a worker: 128 MB.
  private static let count = 1 << 25

  init(on pool: WorkerPool = .shared) {
    self.pool = pool
    numbers = (0..<pool.count).map { _ in Tensor(repeating: 1, shape: [Self.count]) }
  }

  /// Measures once more; the machine may be faster now than it was.
  mutating func measure() throws {
    let numbers = numbers
    for _ in 0..<2 {  // the first touches the memory of the results
      let seconds = try ContinuousClock().timed {
        try pool.run { worker in _ = numbers[worker] * 2 }
      }.seconds
      let bytes = 2 * numbers.reduce(0) { $0 + $1.byteCount }
      gigabytesPerSecond = max(gigabytesPerSecond, Double(bytes) / seconds / 1e9)
    }
  }
}
