#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes files that a reader finds whole or not at all, also after a crash.
enum AtomicFile {
  /// Writes beside the file, waits for the disk, and renames.
  static func write(_ contents: [UInt8], to path: String) throws {
    let temporary = "\(path).\(getpid()).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    var isClosed = false
    do {
      try writeAll(contents, to: descriptor, path)
      guard fsync(descriptor) == 0 else { throw failure(path) }
      isClosed = true
      guard close(descriptor) == 0, rename(temporary, path) == 0 else { throw failure(path) }
    } catch {
      if !isClosed { _ = close(descriptor) }
      _ = unlink(temporary)
      throw error
    }
  }

  private static func writeAll(_ contents: [UInt8], to descriptor: Int32, _ path: String) throws {
    var rest = contents[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw failure(path) }
      rest = rest.dropFirst(written)
    }
  }

  private static func failure(_ path: String) -> TokenizerError {
    .inaccessible(file: path, reason: String(cString: strerror(errno)))
  }
}

/// The C function, whose name `AtomicFile.write` would hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
