#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The lines of standard input, for a conversation that Ctrl-C can end.
///
/// The standard library's `readLine` goes on waiting when Ctrl-C comes; this does not.
public struct InputLines {
  /// No one types this much; a longer line is a file that was not meant as a conversation.
  package static let longestLine = 1 << 20

  private let fileDescriptor: Int32
  private var buffer: [UInt8] = []
  /// The beginning of the buffer that is known to hold no line break.
  private var searched = 0
  private var lineNumber = 0
  private var isAtEnd = false

  public init() {
    self.init(fileDescriptor: STDIN_FILENO)
  }

  package init(fileDescriptor: Int32) {
    self.fileDescriptor = fileDescriptor
  }

  /// The next line without its line break, or nil at the end.
  ///
  /// - Throws: `Interrupted` after Ctrl-C, `InputError` for what is not text.
  public mutating func next() throws -> String? {
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer {
          buffer.removeFirst(end + 1)
          searched = 0
        }
        return try decode(buffer[..<end])
      }
      searched = buffer.count
      if isAtEnd {
        defer {
          buffer.removeAll()
          searched = 0
        }
        return buffer.isEmpty ? nil : try decode(buffer[...])
      }
      guard buffer.count <= Self.longestLine else { throw InputError.tooLong(line: lineNumber + 1) }
      try fill()
    }
  }

  /// Waits for bytes and takes them.
  ///
  /// Ctrl-C arrives on whichever thread takes signals, so that a read may not return; hence the look at the flag
  /// ten times a second, and whenever a signal ends the wait.
  private mutating func fill() throws {
    var descriptor = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
    var ready: Int32
    repeat {
      try Interruption.check("")
      ready = poll(&descriptor, 1, 100)
    } while ready == 0 || (ready < 0 && errno == EINTR)
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = read(fileDescriptor, &chunk, chunk.count)
    if count >= 0 {
      buffer += chunk.prefix(count)
      isAtEnd = count == 0
    } else if errno != EINTR {
      throw InputError.unreadable(reason: String(cString: strerror(errno)))
    }
  }

  private mutating func decode(_ bytes: ArraySlice<UInt8>) throws -> String {
    lineNumber += 1
    let content = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
    guard let line = String(validating: content, as: UTF8.self) else {
      throw InputError.notText(line: lineNumber)
    }
    return line
  }
}

/// Standard input did not bring lines of text.
public enum InputError: Error, Hashable, Sendable {
  case notText(line: Int)
  case tooLong(line: Int)
  case unreadable(reason: String)
}

extension InputError: ExitCodeProviding, CustomStringConvertible {
  public var exitCode: ExitCode {
    switch self {
    case .notText, .tooLong: .badData
    case .unreadable: .inputOutput
    }
  }

  public var description: String {
    switch self {
    case .notText(let line): "line \(line) of standard input is not UTF-8 text"
    case .tooLong(let line):
      "line \(line) of standard input is longer than \(InputLines.longestLine) bytes"
    case .unreadable(let reason): "cannot read standard input: \(reason)"
    }
  }
}
