import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ctrl-C, for loops that want to finish the step they are in.
///
/// The first look at `isRequested` takes Ctrl-C over; a command that never looks dies of it at
/// once, as any program does. From then on the first Ctrl-C sets the flag and says so, and the
/// second ends the process with code 130.
public enum Interruption {
  private static let requests = Atomic<Int>(0)
  private static let isArmed = Atomic<Bool>(false)

  /// Whether Ctrl-C was pressed; cheap enough for every step of a loop.
  public static var isRequested: Bool {
    if !isArmed.load(ordering: .relaxed) { arm() }
    return requests.load(ordering: .relaxed) > 0
  }

  /// Throws `Interrupted` where Ctrl-C was pressed.
  ///
  /// The message is evaluated only then, and says what is kept and how to go on.
  public static func check(_ message: @autoclosure () -> String = "interrupted") throws(Interrupted)
  {
    if isRequested { throw Interrupted(message()) }
  }

  private static func arm() {
    guard !isArmed.exchange(true, ordering: .relaxed) else { return }
    // The handler must find the counter initialised: it may not take the lock of a lazy global.
    _ = requests.load(ordering: .relaxed)
    var action = sigaction()
    action.sa_flags = SA_RESTART
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = { _ in Interruption.receive() }
    #elseif canImport(Glibc) || canImport(Musl)
      action.__sigaction_handler.sa_handler = { _ in Interruption.receive() }
    #endif
    sigaction(SIGINT, &action, nil)
    // What a service manager sends is meant the same way.
    sigaction(SIGTERM, &action, nil)
  }

  /// Runs as the signal handler, so that it may only touch atomics and make system calls.
  private static func receive() {
    guard requests.wrappingAdd(1, ordering: .relaxed).oldValue == 0 else { _exit(130) }
    let saved = errno
    let message: StaticString =
      "\nfinishing the current step; press Ctrl-C again to stop at once\n"
    _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
    errno = saved
  }
}

/// A command stopped because Ctrl-C asked for it; exit code 130.
public struct Interrupted: ExitCodeProviding, CustomStringConvertible {
  /// What is kept and how to go on.
  public let description: String
  public var exitCode: ExitCode { .interrupted }

  public init(_ description: String = "interrupted") {
    self.description = description
  }
}
