import Dispatch
import Foundation
import Synchronization

/// Runs independent pieces of work on all cores: whole microbatches, whole sequences.
///
/// Operations themselves are single-threaded. Two workers that each carry their own sequences from end
/// to end never wait for one another inside a layer, which beats splitting every product in two.
public struct WorkerPool: Sendable {
  /// The number of workers.
  public let count: Int

  /// As many workers as there are cores, or as `CIRCADIAN_THREADS` says.
  public static let shared = WorkerPool(
    count: ProcessInfo.processInfo.environment["CIRCADIAN_THREADS"].flatMap(Int.init)
      ?? ProcessInfo.processInfo.activeProcessorCount)

  public init(count: Int) { self.count = max(count, 1) }

  /// Calls `body` with each worker's number, all at once, in the caller's precision.
  public func run(_ body: @Sendable (_ worker: Int) throws -> Void) throws {
    let precision = Precision.current
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: count) { worker in
      do {
        try precision.run { try body(worker) }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// The results of `transform` on each index, computed by whichever worker is free.
  public func map<Result: Sendable>(
    _ count: Int, _ transform: @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let next = Atomic<Int>(0)
    let results = Mutex<[Result?]>(Array(repeating: nil, count: count))
    try run { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let result = try transform(index)
        results.withLock { $0[index] = result }
      }
    }
    return results.withLock { $0.map { $0! } }
  }
}
