import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the time of computations goes, operation by operation.
///
/// While it is on, every operation of every thread notes how long it took, without what was measured inside it. Off, it
/// costs an operation a look at a flag.
public enum Profile {
  /// What is counted apart: an operation, and whether it ran forwards or on the way back.
  public struct Kind: Hashable, Sendable, Encodable {
    public var operation: String
    public var isGradient: Bool

    public init(_ operation: String, isGradient: Bool = false) {
      self.operation = operation
      self.isGradient = isGradient
    }
  }

  /// What the calls of one kind came to.
  public struct Totals: Sendable, Encodable {
    public var calls = 0
    /// Of all threads together.
    public var seconds = 0.0
    public var work = Work()
  }

  /// What an operation has to do by its formula, however it does it.
  public struct Work: Sendable, Encodable, Equatable {
    /// Operations on floats of its products; 0 of what only goes through memory.
    public var flops: Double
    /// What is read and written, once each.
    public var bytes: Double

    public init(flops: Double = 0, bytes: Double = 0) {
      self.flops = flops
      self.bytes = bytes
    }

    public static func + (left: Work, right: Work) -> Work {
      Work(flops: left.flops + right.flops, bytes: left.bytes + right.bytes)
    }
  }

  /// A moment on a thread.
  struct Instant {
    fileprivate var nanoseconds, nested: UInt64
  }

  /// What asking the system for memory is called among the operations.
  public static let systemMemory = "memory of the system"
  /// What it is called where a gradient is copied before it is added to, because somebody else reads it.
  public static let gradientCopy = "copy of a gradient"

  private static let flag = Atomic<Bool>(false)
  private static let totals = Mutex<[Kind: Totals]>([:])

  static var isOn: Bool { flag.load(ordering: .relaxed) }

  /// Begins to measure, from nothing.
  public static func start() {
    totals.withLock { $0 = [:] }
    flag.store(true, ordering: .relaxed)
  }

  /// Ends, and says what was measured.
  public static func stop() -> [Kind: Totals] {
    flag.store(false, ordering: .relaxed)
    return totals.withLock { $0 }
  }

  /// Measures `body` as one call of `operation`.
  public static func measured<Result>(
    _ operation: String, _ work: @autoclosure () -> Work = Work(), _ body: () throws -> Result
  ) rethrows -> Result {
    let began = now
    defer { note(Kind(operation), since: began, work()) }
    return try body()
  }

  static var now: Instant {
    guard isOn else { return Instant(nanoseconds: 0, nested: 0) }
    return Instant(nanoseconds: clock, nested: ThreadState.current.profiledNanoseconds)
  }

  /// Adds what took from `began` until now.
  static func note(_ kind: Kind, since began: Instant, _ work: @autoclosure () -> Work) {
    guard isOn, began.nanoseconds > 0 else { return }
    let state = ThreadState.current
    let elapsed = clock - began.nanoseconds
    let own = elapsed - min(state.profiledNanoseconds - began.nested, elapsed)
    state.profiledNanoseconds = began.nested + elapsed
    let work = work()
    totals.withLock {
      var total = $0[kind] ?? Totals()
      total.calls += 1
      total.seconds += Double(own) / 1e9
      total.work = total.work + work
      $0[kind] = total
    }
  }

  private static var clock: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
