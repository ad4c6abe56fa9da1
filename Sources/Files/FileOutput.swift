import Foundation

/// A file being written from its beginning to its end; handed out by ``AtomicFile``.
public struct FileOutput: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Bytes go to `descriptor`, which stays the caller's to close; errors name `path`.
  package init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Appends `bytes`; a full disk is reported with the path of the file that was to be.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
    guard let start = bytes.baseAddress else { return }
    var offset = 0
    while offset < bytes.count {
      let written = Foundation.write(descriptor, start + offset, bytes.count - offset)
      if written > 0 {
        offset += written
      } else if written == 0 {
        throw FileSystemError(operation: "write", path: path, code: ENOSPC)
      } else if errno != EINTR {
        throw FileSystemError(operation: "write", path: path, code: errno)
      }
    }
  }

  /// Appends the bytes of `data`.
  public func write(_ data: Data) throws(FileSystemError) {
    // The closure's result carries the error out, because `Data` only rethrows untyped ones.
    try data.withUnsafeBytes { bytes -> Result<Void, FileSystemError> in
      do throws(FileSystemError) {
        return .success(try write(bytes))
      } catch {
        return .failure(error)
      }
    }.get()
  }
}
