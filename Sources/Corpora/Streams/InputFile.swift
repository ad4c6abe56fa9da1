#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An open file descriptor, closed when the value ends.
struct InputFile: ~Copyable {
  let path: String
  private let descriptor: Int32
  /// The size of a regular file; nil for a pipe or a device, whose end only reading finds.
  let size: Int?

  init(path: String) throws(DocumentError) {
    // A path with a NUL byte would be cut off there and name another file.
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .missing(path: path) }
    var opened: Int32
    repeat {
      opened = open(path, O_RDONLY | O_CLOEXEC)
    } while opened < 0 && errno == EINTR
    guard opened >= 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR { throw .missing(path: path) }
      throw .unreadable(path: path, reason: String(cString: strerror(code)))
    }
    var status = stat()
    guard fstat(opened, &status) == 0 else {
      let code = errno
      _ = close(opened)
      throw .unreadable(path: path, reason: String(cString: strerror(code)))
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      _ = close(opened)
      throw .directory(path: path)
    }
    self.path = path
    descriptor = opened
    size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  deinit { _ = close(descriptor) }

  /// Appends up to `count` bytes; fewer only at the end of the file.
  ///
  /// - Returns: How many bytes were appended.
  func read(_ count: Int, into buffer: inout [UInt8]) throws(DocumentError) -> Int {
    var total = 0
    while total < count {
      let wanted = min(count - total, 1 << 16)
      var code: Int32 = 0
      let received = withUnsafeTemporaryAllocation(byteCount: wanted, alignment: 16) { block in
        let received = readBytes(block)
        if received > 0 { buffer.append(contentsOf: block[..<received]) } else { code = errno }
        return received
      }
      if received < 0 {
        if code == EINTR { continue }
        throw .unreadable(path: path, reason: String(cString: strerror(code)))
      }
      if received == 0 { break }
      total += received
    }
    return total
  }

  /// Goes to a byte of a regular file.
  func seek(to offset: Int) throws(DocumentError) {
    guard lseek(descriptor, off_t(offset), SEEK_SET) == off_t(offset) else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
  }

  private func readBytes(_ block: UnsafeMutableRawBufferPointer) -> Int {
    #if canImport(Darwin)
      Darwin.read(descriptor, block.baseAddress, block.count)
    #elseif canImport(Glibc)
      Glibc.read(descriptor, block.baseAddress, block.count)
    #else
      Musl.read(descriptor, block.baseAddress, block.count)
    #endif
  }
}
