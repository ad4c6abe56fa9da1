import Foundation

/// A file operation that failed, with the path and the system's reason.
public struct FileSystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was tried, as a verb phrase: "write", "rename", "synchronize".
  public let operation: String
  public let path: String
  public let reason: String

  public init(operation: String, path: String, reason: String) {
    self.operation = operation
    self.path = path
    self.reason = reason
  }

  /// Takes the reason from an `errno` value.
  public init(operation: String, path: String, code: Int32) {
    self.init(operation: operation, path: path, reason: String(cString: strerror(code)))
  }

  public var description: String { "cannot \(operation) \(path): \(reason)" }
}
