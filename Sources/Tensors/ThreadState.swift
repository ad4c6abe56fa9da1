import COneDNN

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What belongs to one thread: its precision and its compiled matrix products.
///
/// A oneDNN primitive carries its arguments in mutable handles, so threads must not share one.
final class ThreadState {
  var precision: Precision = .float32
  var products = MatrixProductCache()
  var systemAllocations = 0
  /// What ``Profile`` has measured on this thread.
  var profiledNanoseconds: UInt64 = 0
  /// Whether products are divided among all cores; see ``Tensor/sharingCores(_:)``.
  var sharesCores = false

  static var current: ThreadState {
    if let pointer = pthread_getspecific(key) {
      return Unmanaged<ThreadState>.fromOpaque(pointer).takeUnretainedValue()
    }
    let state = ThreadState()
    pthread_setspecific(key, Unmanaged.passRetained(state).toOpaque())
    return state
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    #if canImport(Darwin)
      pthread_key_create(&key) { Unmanaged<ThreadState>.fromOpaque($0).release() }
    #else
      pthread_key_create(&key) { pointer in
        if let pointer { Unmanaged<ThreadState>.fromOpaque(pointer).release() }
      }
    #endif
    return key
  }()

  /// The cores belong to ``WorkerPool``: whoever calls oneDNN runs its product alone, on its own thread.
  private init() {
    typealias SetThreads = @convention(c) (Int32) -> Void
    if let symbol = dlsym(nil, "omp_set_num_threads") {
      unsafeBitCast(symbol, to: SetThreads.self)(1)
    }
  }
}
