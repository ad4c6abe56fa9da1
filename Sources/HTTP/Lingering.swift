import Foundation

/// A connection that was answered before its request was whole, read on for a little while.
///
/// The copy of the descriptor keeps the connection open when the library closes its own.
final class Lingering: Sendable {
  static let most = 64
  private static let time: Duration = .seconds(2)
  private static let bytesAtATime = 4 << 20

  private let descriptor: Int32
  private let end = ContinuousClock.now + time

  init?(_ socket: Int32) {
    descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0)
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// Throws away what has come.
  ///
  /// - Returns: False when the client has nothing more to say, or has had its time.
  func drain(at now: ContinuousClock.Instant, into scratch: UnsafeMutableRawBufferPointer) -> Bool {
    guard now < end else { return false }
    var total = 0
    while total < Self.bytesAtATime {
      let count = recv(descriptor, scratch.baseAddress, scratch.count, Int32(MSG_DONTWAIT))
      if count == 0 { return false }
      if count < 0 { return errno == EAGAIN || errno == EINTR }
      total += count
    }
    return true
  }
}
