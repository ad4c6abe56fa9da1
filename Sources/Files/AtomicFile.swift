import Foundation

/// Writing a file so that a reader, a crash or a full disk sees the old bytes or the new, never a mixture.
public enum AtomicFile {
  private static let temporaryPrefix = ".tmp-"

  /// Replaces the file at `url` by `data`, which is on the disk when this returns.
  ///
  /// Throws `FileSystemError`; otherwise as ``write(to:_:)``.
  public static func write(_ data: Data, to url: URL) throws(FileSystemError) {
    try replace(url) { output throws(FileSystemError) in try output.write(data) }
  }

  /// Checks that `url` can be written: before hours of work rather than after them.
  ///
  /// Throws `FileSystemError` when its folder is missing or closed, or when it is no regular file.
  public static func requireWritable(_ url: URL) throws(FileSystemError) {
    try refuseSpecialFile(at: url)
    let folder = url.deletingLastPathComponent()
    // With "/.", so that a file in the place of the folder is none.
    guard access(folder.path + "/.", W_OK | X_OK) == 0 else {
      throw FileSystemError(operation: "write", path: url.path, code: errno)
    }
  }

  /// Replaces the file at `url` by what `body` writes, which is on the disk when this returns.
  ///
  /// The bytes go to a temporary file in the same folder, which is synchronized and renamed over
  /// `url`; then the folder is synchronized. A symbolic link is replaced, not followed.
  /// Throws `FileSystemError`, or what `body` throws; the temporary file is then removed and `url`
  /// is as it was, except when only synchronizing the folder failed.
  public static func write(
    to url: URL, _ body: (borrowing FileOutput) throws -> Void
  ) throws {
    // Typed errors of two kinds cannot be joined, so the body's travels beside the result.
    var failure: (any Error)?
    do {
      try replace(url) { output throws(FileSystemError) in
        do { try body(output) } catch {
          failure = error
          throw FileSystemError(operation: "write", path: url.path, reason: "\(error)")
        }
      }
    } catch {
      throw failure ?? error
    }
  }

  /// Removes what writers that were killed left in `folder`; no other writer may be active there.
  public static func removeLeftovers(in folder: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasPrefix(temporaryPrefix) {
      unlink(folder.appendingPathComponent(name).path)
    }
  }

  /// Waits until a file's bytes, or a folder's list of names, are on the disk.
  public static func synchronize(_ url: URL) throws(FileSystemError) {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileSystemError(operation: "open", path: url.path, code: errno)
    }
    defer { close(descriptor) }
    try synchronize(descriptor, path: url.path)
  }

  private static func replace(
    _ url: URL, _ body: (borrowing FileOutput) throws(FileSystemError) -> Void
  ) throws(FileSystemError) {
    try refuseSpecialFile(at: url)
    let folder = url.deletingLastPathComponent()
    let temporary = folder.appendingPathComponent(temporaryPrefix + UUID().uuidString)
    do throws(FileSystemError) {
      try create(temporary.path, for: url.path, body)
      guard rename(temporary.path, url.path) == 0 else {
        throw FileSystemError(operation: "replace", path: url.path, code: errno)
      }
    } catch {
      unlink(temporary.path)
      throw error
    }
    try synchronize(folder)
  }

  // A rename would replace a device such as /dev/null by a plain file when the user is root.
  private static func refuseSpecialFile(at url: URL) throws(FileSystemError) {
    var status = stat()
    guard stat(url.path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
    throw FileSystemError(operation: "write", path: url.path, reason: "it is not a regular file")
  }

  private static func create(
    _ temporary: String, for path: String,
    _ body: (borrowing FileOutput) throws(FileSystemError) -> Void
  ) throws(FileSystemError) {
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw FileSystemError(operation: "write", path: path, code: errno)
    }
    do throws(FileSystemError) {
      try body(FileOutput(descriptor: descriptor, path: path))
      try synchronize(descriptor, path: path)
    } catch {
      close(descriptor)
      throw error
    }
    // Some file systems report a full disk only when the file is closed.
    guard close(descriptor) == 0 else {
      throw FileSystemError(operation: "write", path: path, code: errno)
    }
  }

  private static func synchronize(_ descriptor: Int32, path: String) throws(FileSystemError) {
    #if canImport(Darwin)
      // fsync alone leaves the bytes in the drive's cache there.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    guard fsync(descriptor) == 0 else {
      throw FileSystemError(operation: "synchronize", path: path, code: errno)
    }
  }
}
