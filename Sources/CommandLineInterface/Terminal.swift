#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An output stream of the process and what is known of its other end.
public struct Terminal: Sendable {
  public static let standardOutput = Terminal(fileDescriptor: STDOUT_FILENO)
  public static let standardError = Terminal(fileDescriptor: STDERR_FILENO)
  /// Takes everything and shows nothing.
  public static let nowhere = Terminal(fileDescriptor: open("/dev/null", O_WRONLY))

  private let fileDescriptor: Int32
  private let fallbackWidth: Int
  /// Whether someone watches: a terminal that can redraw a line, not a file or a pipe.
  public let isInteractive: Bool
  /// Whether styles are shown: interactive, and `NO_COLOR` is not set (no-color.org).
  public let usesColor: Bool

  public init(
    fileDescriptor: Int32,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.fileDescriptor = fileDescriptor
    fallbackWidth = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
    isInteractive = isatty(fileDescriptor) == 1 && environment["TERM"] != "dumb"
    usesColor = isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
  }

  /// The columns of the terminal now; elsewhere `COLUMNS`, otherwise 80.
  public var width: Int {
    var size = winsize()
    let isKnown = ioctl(fileDescriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown ? Int(size.ws_col) : fallbackWidth
  }
}

extension Terminal {
  /// Writes all of `text`, unbuffered.
  public func write(_ text: String) throws(OutputError) {
    var text = text
    let failure = text.withUTF8 { bytes -> Int32? in
      var rest = UnsafeRawBufferPointer(bytes)
      while let start = rest.baseAddress, rest.count > 0 {
        let count = sysWrite(fileDescriptor, start, rest.count)
        if count >= 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        } else if errno != EINTR {
          return errno
        }
      }
      return nil
    }
    if let failure {
      throw failure == EPIPE
        ? .closed : .failed(reason: String(cString: strerror(failure)))
    }
  }

  /// Writes `text` and ends the line where `text` does not.
  public func writeLine(_ text: String) throws(OutputError) {
    try write(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// Writes a message that nothing depends on: with no one to read it, the work goes on.
  public func tryWriteLine(_ text: String) {
    try? writeLine(text)
  }
}

/// `write` of the C library, named apart from `Terminal.write`.
private func sysWrite(_ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, start, count)
}

extension Terminal {
  public enum Style: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "1;31"
  }

  /// The text in a style where the terminal shows styles, otherwise the text alone.
  public func styled(_ text: String, _ style: Style) -> String {
    usesColor ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// Standard output could not take what was written.
public enum OutputError: Error, Hashable, Sendable {
  /// The reader went away, as `head` does; the tool ends without a word.
  case closed
  case failed(reason: String)
}

extension OutputError: ExitCodeProviding, CustomStringConvertible {
  public var exitCode: ExitCode {
    self == .closed ? .outputClosed : .inputOutput
  }

  public var description: String {
    switch self {
    case .closed: "the reader of standard output went away"
    case .failed(let reason): "cannot write to standard output: \(reason)"
    }
  }
}
