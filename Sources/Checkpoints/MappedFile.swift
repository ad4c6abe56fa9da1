import Files
import Foundation

/// A file mapped into memory for reading, every access to which is checked against its size.
///
/// Nothing is read until it is touched. As with every mapping, a file that another process cuts short
/// meanwhile ends this one with SIGBUS; files replaced by ``AtomicFile`` are safe.
public final class MappedFile: @unchecked Sendable {
  public let path: String

  /// The size of the file; never 0.
  public let byteCount: Int

  private let descriptor: Int32
  private let base: UnsafeRawPointer

  /// Maps the file at `url`.
  ///
  /// - Throws: `FileSystemError` when it is missing, unreadable or not a regular file;
  ///   `CheckpointError` when it is empty.
  public init(_ url: URL) throws {
    path = url.path
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw FileSystemError(operation: "open", path: url.path, code: errno)
    }
    do {
      byteCount = try Self.size(of: descriptor, path: url.path)
      guard
        let address = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0),
        address != MAP_FAILED
      else { throw FileSystemError(operation: "map", path: url.path, code: errno) }
      base = UnsafeRawPointer(address)
      self.descriptor = descriptor
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
    close(descriptor)
  }

  private static func size(of descriptor: Int32, path: String) throws -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FileSystemError(operation: "read", path: path, code: errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw FileSystemError(operation: "read", path: path, code: EISDIR)
    default:
      throw FileSystemError(operation: "read", path: path, reason: "it is not a regular file")
    }
    guard status.st_size > 0 else {
      throw CheckpointError.malformed(
        file: path, place: .wholeFile, expected: "a file of some bytes")
    }
    return Int(status.st_size)
  }

  /// Calls `body` with the bytes in `range`, given as offsets from the beginning of the file.
  ///
  /// - Throws: `CheckpointError` when the file ends before them, or what `body` throws.
  public func withBytes<R>(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R
  ) throws -> R {
    try check(range)
    return try withExtendedLifetime(self) {
      try body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
    }
  }

  /// Where the byte at `offset` lies in memory, as long as this file is held.
  func address(of offset: Int) -> UnsafeRawPointer { base + offset }

  /// The little-endian integer at `offset`, which need not be aligned.
  public func integer<T: FixedWidthInteger>(
    at offset: Int, as type: T.Type = T.self
  ) throws(CheckpointError) -> T {
    let width = MemoryLayout<T>.size
    guard offset >= 0, offset <= byteCount - width else {
      throw malformed(.offset(offset), expected: "\(width) more bytes; the file has \(byteCount)")
    }
    return T(littleEndian: (base + offset).loadUnaligned(as: T.self))
  }

  /// A copy of the pages under `range` that is made only where it is written to.
  ///
  /// The file never changes, and each region has its own contents: training one model leaves another
  /// that was loaded from the same file alone.
  func privateRegion(_ range: Range<Int>) throws -> MappedRegion {
    try check(range)
    return try MappedRegion(descriptor: descriptor, range: range, path: path)
  }

  private func check(_ range: Range<Int>) throws(CheckpointError) {
    guard range.lowerBound >= 0, range.upperBound <= byteCount else {
      throw malformed(
        .offset(range.lowerBound),
        expected: "bytes up to \(range.upperBound); the file has \(byteCount)")
    }
  }

  func malformed(_ place: CheckpointError.Place, expected: String) -> CheckpointError {
    .malformed(file: path, place: place, expected: expected)
  }

  func unsupported(_ place: CheckpointError.Place, feature: String) -> CheckpointError {
    .unsupported(file: path, place: place, feature: feature)
  }
}

/// Part of a file in memory, copied page by page where it is written to.
final class MappedRegion: @unchecked Sendable {
  /// The first byte of the range asked for.
  let start: UnsafeRawPointer
  private let pages: UnsafeMutableRawPointer
  private let length: Int

  init(descriptor: Int32, range: Range<Int>, path: String) throws(FileSystemError) {
    // A mapping begins at a page boundary of the file.
    let slack = range.lowerBound % Int(sysconf(Int32(_SC_PAGESIZE)))
    length = range.count + slack
    guard
      let address = mmap(
        nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor,
        off_t(range.lowerBound - slack)), address != MAP_FAILED
    else { throw FileSystemError(operation: "map", path: path, code: errno) }
    pages = address
    start = UnsafeRawPointer(address + slack)
  }

  deinit { munmap(pages, length) }
}
