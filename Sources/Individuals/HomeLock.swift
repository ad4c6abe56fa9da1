import Files
import Foundation

/// The right to change an individual, held by one process at a time.
///
/// The kernel gives the lock back when the process ends in any way, so no lock is ever stale; the
/// text in the file only tells others who holds it.
struct HomeLock: ~Copyable {
  private let descriptor: Int32

  /// Throws `IndividualError.inUse` at once when another holds the lock, or `FileSystemError`.
  init(at url: URL, name: String) throws {
    try self.init(at: url, name: name, waits: false)
    let holder = "process \(getpid()) since \(Date.now.formatted(.iso8601))\n"
    _ = ftruncate(descriptor, 0)
    _ = holder.withCString { pwrite(descriptor, $0, strlen($0), 0) }
  }

  /// Waits until the lock is free.
  init(waitingAt url: URL) throws {
    try self.init(at: url, name: "", waits: true)
  }

  private init(at url: URL, name: String, waits: Bool) throws {
    // Without O_CLOEXEC a program started meanwhile would keep the lock beyond our end.
    let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw FileSystemError(operation: "open", path: url.path, code: errno)
    }
    var code: Int32
    repeat {
      code = flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) == 0 ? 0 : errno
    } while code == EINTR
    guard code == 0 else {
      close(descriptor)
      if code == EWOULDBLOCK {
        throw IndividualError.inUse(name, holder: Self.holder(at: url))
      }
      throw FileSystemError(operation: "lock", path: url.path, code: code)
    }
    self.descriptor = descriptor
  }

  deinit {
    // Emptied first, so that the file names nobody when nobody holds it.
    _ = ftruncate(descriptor, 0)
    // Closing alone would leave the lock to a program that is just being started, for as long as
    // that has a copy of the descriptor.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Who holds the lock at `url`, as far as its file tells; nil where nobody does.
  ///
  /// A process that was killed leaves its name behind: it counts as long as there is a process of its number.
  static func livingHolder(at url: URL) -> String? {
    guard let text = holder(at: url) else { return nil }
    let number = text.split(separator: " ").dropFirst().first.flatMap { pid_t($0) }
    guard let number, kill(number, 0) == 0 || errno == EPERM else { return nil }
    return text
  }

  private static func holder(at url: URL) -> String? {
    guard let file = FileHandle(forReadingAtPath: url.path),
      let data = try? file.read(upToCount: 200)
    else { return nil }
    let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : text
  }
}
