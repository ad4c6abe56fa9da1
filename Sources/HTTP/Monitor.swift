import Foundation

/// State behind a lock, with a way to wait until it is as wanted.
///
/// `Mutex` cannot be waited on, and `NSCondition` measures by the calendar's clock, which may jump.
final class Monitor<State: Sendable>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var state: State

  init(_ state: State) {
    self.state = state
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Changes the state and wakes everybody who waits for it.
  func withLock<Result, Failure>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer {
      pthread_cond_broadcast(condition)
      pthread_mutex_unlock(mutex)
    }
    return try body(&state)
  }

  /// Waits, for no longer than `patience`, then changes the state in the same breath.
  func wait<Result, Failure>(
    until isReady: (State) -> Bool, patience: Duration? = nil,
    then body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let end = patience.map { Self.now() + $0 }
    pthread_mutex_lock(mutex)
    defer {
      pthread_cond_broadcast(condition)
      pthread_mutex_unlock(mutex)
    }
    while !isReady(state) {
      if let end {
        var time = timespec(
          tv_sec: Int(end.components.seconds),
          tv_nsec: Int(end.components.attoseconds / 1_000_000_000))
        guard pthread_cond_timedwait(condition, mutex, &time) != ETIMEDOUT else { break }
      } else {
        pthread_cond_wait(condition, mutex)
      }
    }
    return try body(&state)
  }

  private static func now() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// Waits, for no longer than `patience`.
  func wait(until isReady: (State) -> Bool, patience: Duration) {
    wait(until: isReady, patience: patience, then: { _ in })
  }
}
