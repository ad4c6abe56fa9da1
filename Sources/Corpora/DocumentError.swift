/// Why a file cannot be read as text.
public enum DocumentError: Error, Hashable, Sendable, CustomStringConvertible {
  case missing(path: String)
  case directory(path: String)
  /// The system's reason, for example "Permission denied".
  case unreadable(path: String, reason: String)
  case tooLarge(path: String, bytes: Int, limit: Int)
  case empty(path: String)
  /// The file has content, but none of it is text that somebody says or writes.
  case noText(path: String)
  /// `offset` is where the first control byte lies.
  case binary(path: String, offset: Int)
  /// `offset` is where the first byte lies that the encoding does not allow.
  case badEncoding(path: String, encoding: String, offset: Int)
  case malformed(path: String, line: Int, expected: String)
  /// `offset` is where something else stands than the format has there.
  case unexpected(path: String, offset: Int, expected: String)
  /// Compressed data that cannot be unpacked; `offset` counts compressed bytes.
  case damaged(path: String, offset: Int, reason: String)
  /// A folder without a file that a corpus can hold.
  case noShards(path: String, expected: String)
  /// A program that turns the file into text is not installed.
  case needsProgram(path: String, program: String, package: String)
  /// A feed or folder in which nothing can be read.
  case noDocuments(path: String, expected: String)
  /// The corpus is not the one in which a checkpoint's cursor was taken.
  case changed(path: String, expected: String)

  /// Whether the system, and not the content, is the reason.
  public var isInputOutput: Bool {
    switch self {
    case .missing, .directory, .unreadable, .needsProgram: true
    case .tooLarge, .empty, .noText, .binary, .badEncoding, .malformed, .unexpected,
      .damaged, .noShards, .noDocuments, .changed:
      false
    }
  }

  public var description: String {
    switch self {
    case .missing(let path):
      "\(path): no such file"
    case .directory(let path):
      "\(path): is a folder; expected a text file"
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .tooLarge(let path, let bytes, let limit):
      "\(path): has \(bytes) bytes or more; expected at most \(limit); split the file"
    case .empty(let path):
      "\(path): is empty; expected text"
    case .noText(let path):
      "\(path): holds no text to read, only markup, front matter or times"
    case .binary(let path, let offset):
      "\(path): byte \(offset): a control byte; expected text, this looks like a binary file"
    case .badEncoding(let path, let encoding, let offset):
      "\(path): byte \(offset): not valid \(encoding); expected UTF-8, or UTF-16 with a byte-order"
        + " mark"
    case .malformed(let path, let line, let expected):
      "\(path): line \(line): expected \(expected)"
    case .unexpected(let path, let offset, let expected):
      "\(path): byte \(offset): expected \(expected)"
    case .damaged(let path, let offset, let reason):
      "\(path): byte \(offset): cannot be unpacked: \(reason)"
    case .noShards(let path, let expected):
      "\(path): holds no file to read; expected \(expected)"
    case .needsProgram(let path, let program, let package):
      "\(path): needs the program '\(program)' to be read; install \(package)"
    case .noDocuments(let path, let expected):
      "\(path): holds nothing to read; expected \(expected)"
    case .changed(let path, let expected):
      "\(path): is not what the checkpoint was made with; expected \(expected)"
    }
  }
}
