#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The status that the process hands back to its caller, numbered as in BSD's `sysexits.h`.
public struct ExitCode: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32

  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  public static let success = ExitCode(rawValue: 0)
  public static let failure = ExitCode(rawValue: 1)
  /// The command line was wrong.
  public static let usage = ExitCode(rawValue: 64)
  /// A file was read, but what it holds is wrong.
  public static let badData = ExitCode(rawValue: 65)
  /// A file could not be read or written.
  public static let inputOutput = ExitCode(rawValue: 74)
  /// Another process holds what was asked for; trying again later may work.
  public static let inUse = ExitCode(rawValue: 75)
  /// Ctrl-C: 128 + SIGINT.
  public static let interrupted = ExitCode(rawValue: 130)
  /// The reader of standard output went away: 128 + SIGPIPE.
  public static let outputClosed = ExitCode(rawValue: 141)

  /// The code for any thrown error: its own if it provides one, otherwise `failure`.
  public init(for error: any Error) {
    switch error {
    case let error as any ExitCodeProviding: self = error.exitCode
    case is CancellationError: self = .interrupted
    default: self = .failure
    }
  }
}

/// An error that knows the exit code of the process it ends.
public protocol ExitCodeProviding: Error {
  var exitCode: ExitCode { get }
}

/// An error of a command that needs no type of its own: a message and an exit code.
public struct CommandError: ExitCodeProviding, CustomStringConvertible {
  public let description: String
  public let exitCode: ExitCode

  public init(_ description: String, exitCode: ExitCode = .failure) {
    self.description = description
    self.exitCode = exitCode
  }
}

extension POSIXError: ExitCodeProviding {
  public var exitCode: ExitCode { code == .EPIPE ? .outputClosed : .inputOutput }
}

extension CocoaError: ExitCodeProviding {
  /// `badData` where the bytes were read but made no sense, otherwise `inputOutput`.
  public var exitCode: ExitCode {
    switch code {
    case .fileReadCorruptFile, .fileReadInapplicableStringEncoding: .badData
    default: .inputOutput
    }
  }
}

extension DecodingError: ExitCodeProviding {
  public var exitCode: ExitCode { .badData }
}
