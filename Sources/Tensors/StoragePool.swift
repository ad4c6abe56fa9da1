import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Freed buffers, kept by size so that one step's memory serves the next.
///
/// A training step allocates the same sizes in the same order every time; asking the system for them
/// again would cost page faults that take longer than many of the operations.
package enum StoragePool {
  /// 64 bytes: a cache line, and the widest vector register.
  package static let alignment = 64
  /// What larger buffers begin at: a load whose address has the last 12 bits of a store before it waits for that store, and loops over buffers
  /// that all begin at a page meet no such store.
  private static let page = 4096

  /// A buffer that nobody uses, and who was the last to.
  private struct Freed {
    let address: Address
    let thread: ObjectIdentifier
  }

  private struct State {
    var free: [Int: [Freed]] = [:]
    var keptBytes = 0

    /// What `thread` itself gave back last, which its core's cache may still hold; else anything.
    mutating func take(capacity: Int, for thread: ObjectIdentifier) -> Address? {
      guard let buffers = free[capacity], !buffers.isEmpty else { return nil }
      let place = buffers.lastIndex { $0.thread == thread } ?? buffers.count - 1
      keptBytes -= capacity
      return free[capacity]!.remove(at: place).address
    }
  }

  private static let pool = Mutex(State())

  /// The most that is kept for reuse; beyond it freed buffers go back to the system.
  private static let keepLimit = 8 << 30

  /// How often this thread has had to ask the system for memory.
  package static var systemAllocations: Int { ThreadState.current.systemAllocations }

  /// Rounds up to one of four sizes per power of two, so that nearby sizes share buffers; of eight from a million bytes
  /// on, where most are a model's own sizes and what is not used counts.
  package static func capacity(for byteCount: Int) -> Int {
    let least = max(byteCount, 256)
    let power = 1 << (Int.bitWidth - 1 - (least - 1).leadingZeroBitCount)  // largest below `least`
    let step = max(power / (power >= 1 << 20 ? 8 : 4), 64)
    return (least + step - 1) / step * step
  }

  /// Whether memory comes filled with NaN, in float32 and in bfloat16, so that what is read before it was written shows.
  private static let isPoisoned = getenv("CIRCADIAN_POISON").map { String(cString: $0) } == "1"

  static func take(capacity: Int) -> UnsafeMutableRawPointer {
    let pointer = unfilled(capacity: capacity)
    if isPoisoned { memset(pointer, 0xff, capacity) }
    return pointer
  }

  private static func unfilled(capacity: Int) -> UnsafeMutableRawPointer {
    let thread = ThreadState.current
    let reused = pool.withLock { $0.take(capacity: capacity, for: ObjectIdentifier(thread)) }
    if let reused { return reused.pointer }
    thread.systemAllocations += 1
    return Profile.measured(Profile.systemMemory, Profile.Work(bytes: Double(capacity))) {
      allocated(capacity: capacity)
    }
  }

  private static func allocated(capacity: Int) -> UnsafeMutableRawPointer {
    var pointer: UnsafeMutableRawPointer?
    let hugePage = 2 << 20
    let isLarge = capacity >= 2 * hugePage
    let start = isLarge ? hugePage : capacity >= 4 * page ? page : alignment
    guard posix_memalign(&pointer, start, capacity) == 0, let pointer else {
      fatalError("out of memory: \(capacity) bytes for a tensor")
    }
    #if canImport(Glibc)
      if isLarge { madvise(pointer, capacity, MADV_HUGEPAGE) }
    #endif
    return pointer
  }

  static func give(_ pointer: UnsafeMutableRawPointer, capacity: Int) {
    let freed = Freed(address: Address(pointer), thread: ObjectIdentifier(ThreadState.current))
    let kept = pool.withLock { state in
      guard state.keptBytes + capacity <= keepLimit else { return false }
      state.free[capacity, default: []].append(freed)
      state.keptBytes += capacity
      return true
    }
    if !kept { free(pointer) }
  }
}

// Raw pointers are not Sendable; the mutex is what makes handing them across threads safe.
private struct Address: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  init(_ pointer: UnsafeMutableRawPointer) { self.pointer = pointer }
}
