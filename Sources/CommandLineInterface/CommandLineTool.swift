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

/// A tool: its commands, and the way from a command line to an exit code.
///
/// `completions` is added to the commands, and every command has the `CommonOptions`.
public struct CommandLineTool: Sendable {
  /// What happens around a command with `--profile`: it carries out the command, and tells what it measured.
  public typealias Profiler =
    @Sendable (Invocation, _ command: () async throws -> Void) async throws -> Void

  /// What is asked before a command is carried out; an error is told as the command's own.
  public typealias Admission = @Sendable (any Command, Invocation) throws -> Void

  package let root: CommandGroup
  public let version: String
  private let profiler: Profiler?
  private let admission: Admission?

  public init(
    _ name: String, version: String, abstract: String, discussion: String = "",
    examples: [String] = [], profiler: Profiler? = nil, admission: Admission? = nil,
    @CommandBuilder commands: () -> [CommandNode]
  ) {
    self.version = version
    self.profiler = profiler
    self.admission = admission
    root = CommandGroup(name, abstract: abstract, discussion: discussion, examples: examples) {
      commands()
      CompletionsCommand(tool: name)
    }
    let contradictions = CommandPath(root: root).contradictions
    precondition(contradictions.isEmpty, contradictions.joined(separator: "\n"))
  }

  /// Carries out the process's command line and ends the process.
  public func main() async -> Never {
    // A closed pipe then shows up as an error of the write, and files can be closed in order.
    signal(SIGPIPE, SIG_IGN)
    let code = await run(Array(CommandLine.arguments.dropFirst()))
    exit(code.rawValue)
  }

  /// Carries out a command line; errors are told on `messages` and become the exit code.
  public func run(
    _ arguments: [String], output: Terminal = .standardOutput, messages: Terminal = .standardError,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) async -> ExitCode {
    var path = CommandPath(root: root)
    do {
      switch try CommandLineParser.parse(arguments, root: root) {
      case .version:
        try output.writeLine("\(root.name) \(version)")
      case .help(let path):
        try output.write(HelpPage(path, terminal: output).text)
      case .run(let command, let values, let reached):
        path = reached
        let invocation = Invocation(
          command: path.text, values: values, tool: self, output: output, messages: messages,
          environment: environment)
        try admission?(command, invocation)
        if invocation[CommonOptions.profile], let profiler {
          try await profiler(invocation) { try await command.run(invocation) }
        } else {
          try await command.run(invocation)
        }
      }
      return .success
    } catch let failure as UsageFailure {
      tell(failure.error, at: failure.path, on: messages)
      return failure.error.exitCode
    } catch {
      tell(error, at: path, on: messages)
      return ExitCode(for: error)
    }
  }

  private func tell(_ error: any Error, at path: CommandPath, on messages: Terminal) {
    switch error {
    case UsageError.missingCommand where path.node.children.count > 0:
      messages.tryWriteLine(HelpPage(path, terminal: messages).text.trimmingSuffix("\n"))
    case let error as UsageError:
      messages.tryWriteLine(
        """
        \(messages.styled("error:", .red)) \(error)
        usage: \(HelpPage(path, terminal: messages).usage)
        See '\(path.text) --help'.
        """)
    case OutputError.closed: break
    case let error as Interrupted:
      if !error.description.isEmpty { messages.tryWriteLine(error.description) }
    case is CancellationError: messages.tryWriteLine("interrupted")
    default:
      messages.tryWriteLine("\(messages.styled("error:", .red)) \(ErrorMessage.text(of: error))")
    }
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
