import CKernels
import Foundation
import Synchronization

/// Threads that carry one product together: for a single sequence, where there is nothing else to divide.
///
/// A product of one row takes microseconds, far less than waking a thread: between products the team's threads watch for
/// the next one, and go to sleep when none comes. Whoever has many sequences gives each core its own instead
/// (``WorkerPool``), which beats dividing every product.
final class CoreTeam: Sendable {
  static let shared = CoreTeam(count: WorkerPool.shared.count)

  let count: Int
  /// Counts the pieces of work so far; a change is the signal to begin.
  private let round = Atomic<Int>(0)
  private let finished = Atomic<Int>(0)
  private let asleep = Atomic<Int>(0)
  private let isTaken = Atomic<Bool>(false)
  // Written by whoever has taken the team, before a round begins, and read by the others within it.
  private nonisolated(unsafe) var work: ((Int) -> Void)?
  private let condition = NSCondition()

  /// About a tenth of a millisecond: longer than what stands between the products of a token.
  private static let patience = 4000

  private init(count: Int) {
    self.count = count
    for part in 1..<max(count, 1) {
      let thread = Thread { [unowned self] in self.serve(part) }
      thread.name = "team \(part)"
      thread.stackSize = 4 << 20
      thread.start()
    }
  }

  /// Calls `body` with every part from 0 to ``count``, at the same time where the team is free; the caller's is part 0.
  func run(_ body: (Int) -> Void) {
    guard count > 1, !isTaken.exchange(true, ordering: .acquiring) else {
      for part in 0..<count { body(part) }
      return
    }
    defer { isTaken.store(false, ordering: .releasing) }
    withoutActuallyEscaping(body) { body in
      work = body
      finished.store(0, ordering: .relaxed)
      round.add(1, ordering: .sequentiallyConsistent)
      if asleep.load(ordering: .sequentiallyConsistent) > 0 {
        condition.lock()
        condition.broadcast()
        condition.unlock()
      }
      body(0)
      while finished.load(ordering: .acquiring) < count - 1 { ck_pause() }
      work = nil
    }
  }

  private func serve(_ part: Int) {
    var seen = 0
    while true {
      var waited = 0
      while round.load(ordering: .acquiring) == seen {
        waited += 1
        if waited < Self.patience {
          ck_pause()
        } else {
          sleep(until: seen)
        }
      }
      seen += 1
      work?(part)
      finished.add(1, ordering: .releasing)
    }
  }

  /// Waits for a round after `seen`.
  private func sleep(until seen: Int) {
    condition.lock()
    asleep.add(1, ordering: .sequentiallyConsistent)
    while round.load(ordering: .sequentiallyConsistent) == seen { condition.wait() }
    asleep.subtract(1, ordering: .sequentiallyConsistent)
    condition.unlock()
  }
}

extension Tensor {
  /// Runs `body`, whose larger products are divided among all cores.
  ///
  /// For one sequence on its own; results differ by rounding at most.
  public static func sharingCores<Result>(_ body: () throws -> Result) rethrows -> Result {
    let state = ThreadState.current
    let outer = state.sharesCores
    state.sharesCores = true
    defer { state.sharesCores = outer }
    return try body()
  }

  /// Calls `body` with ranges of 0..<`count`, one for each core where they are shared and the work is worth it.
  ///
  /// - Parameters:
  ///   - step: Ranges begin at multiples of it.
  ///   - work: Multiplications in all.
  ///   - weight: What an index costs compared with others; nil where all cost the same.
  static func divided(
    _ count: Int, by step: Int, work: Int, weighing weight: ((Int) -> Int)? = nil,
    _ body: (Range<Int>) -> Void
  ) {
    let team = CoreTeam.shared
    guard ThreadState.current.sharesCores, team.count > 1, work >= leastSharedWork,
      count >= 2 * step
    else { return body(0..<count) }
    let precision = Precision.current
    let bounds = bounds(count, step, parts: team.count, weight)
    team.run { part in
      let range = bounds[part]..<bounds[part + 1]
      if !range.isEmpty { precision.run { body(range) } }
    }
  }

  /// Where parts of about the same weight begin and end, at multiples of `step`.
  private static func bounds(
    _ count: Int, _ step: Int, parts: Int, _ weight: ((Int) -> Int)?
  ) -> [Int] {
    func rounded(_ index: Int) -> Int { min((index + step / 2) / step * step, count) }
    guard let weight else {
      return (0...parts).map { $0 == parts ? count : rounded(count * $0 / parts) }
    }
    let total = (0..<count).reduce(0) { $0 + weight($1) }
    var (bounds, sum) = ([0], 0)
    for index in 0..<count where bounds.count < parts {
      sum += weight(index)
      if sum * parts >= total * bounds.count {
        bounds.append(max(rounded(index + 1), bounds.last!))
      }
    }
    while bounds.count < parts { bounds.append(count) }
    return bounds + [count]
  }

  /// Less is done sooner than handed over.
  private static let leastSharedWork = 1 << 16
}
