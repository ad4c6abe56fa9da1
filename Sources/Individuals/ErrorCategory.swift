import Files

/// What kind of failure an error is, from which the command line chooses its exit code.
public enum ErrorCategory: Sendable {
  /// The request itself is wrong: an unknown name, a night that does not exist.
  case usage
  /// A file holds something else than expected.
  case data
  /// The disk or the file system failed.
  case io
  /// Somebody else is using it; trying again later can succeed.
  case busy
}

/// An error that knows its category.
public protocol CategorizedError: Error {
  var category: ErrorCategory { get }
}

extension FileSystemError: CategorizedError {
  public var category: ErrorCategory { .io }
}
