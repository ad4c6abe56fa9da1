import CommandLineInterface
import Foundation
import Ranks

/// A command that several processes carry out together; any other is one process's work.
protocol RankedCommand: Command {}

extension PretrainCommand: RankedCommand {}
extension SparsifyCommand: RankedCommand {}
extension MidtrainCommand: RankedCommand {}
extension FinetuneCommand: RankedCommand {}
extension DistillCommand: RankedCommand {}
extension ReinforceCommand: RankedCommand {}
extension SleepCommand: RankedCommand {}
extension PlanCommand: RankedCommand {}

/// This process among those that a launcher such as `mpirun` has started together.
enum Launch {
  /// All of them.
  static let ranks: any RankGroup = {
    guard isLaunched else { return Alone() }
    #if MPI
      return MPIRanks()
    #else
      return Alone()
    #endif
  }()

  private static let environment = ProcessInfo.processInfo.environment

  /// What Open MPI, PMIx and PMI, by which others start processes, tell a process that they have started.
  private static let isLaunched =
    ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"].contains { environment[$0] != nil }

  /// How many processes were started, as far as a program without MPI can know.
  private static var launchedCount: Int {
    ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"].compactMap { environment[$0].flatMap(Int.init) }.max() ?? 1
  }

  /// Carries out the process's command line among the others and ends the process.
  static func main(_ tool: CommandLineTool) async -> Never {
    // A closed pipe then shows up as an error of the write, and files can be closed in order.
    signal(SIGPIPE, SIG_IGN)
    #if !MPI
      if isLaunched && launchedCount > 1 {
        Terminal.standardError.tryWriteLine(
          "error: \(launchedCount) processes were started, but this program was built without MPI, and each would "
            + "do all the work. Build it with 'swift build -c release --traits MPI'.")
        exit(ExitCode.usage.rawValue)
      }
    #endif
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard ranks.count > 1 else {
      let code = await tool.run(arguments)
      end(code)
    }
    if ranks.isFirst { end(await tool.run(arguments)) }
    let messages = PrefixedMessages("rank \(ranks.rank): ")
    let code = await tool.run(
      // What is said of a training run the first rank says; of nights each has its own to tell.
      arguments + (arguments.first == "sleep" || arguments.contains("--quiet") ? [] : ["--quiet"]),
      output: .nowhere, messages: messages.terminal)
    messages.finish()
    end(code)
  }

  /// Leaves the group where all others come to that, too; else ends them, who would wait for this one forever.
  private static func end(_ code: ExitCode) -> Never {
    #if MPI
      if let group = ranks as? MPIRanks {
        if code == .success || code == .interrupted {
          group.stop()
        } else if group.count > 1 {
          group.abort(code.rawValue)
        }
      }
    #endif
    exit(code.rawValue)
  }

  /// Refuses what is one process's work where there are several.
  @Sendable static func admit(_ command: any Command, _ invocation: Invocation) throws {
    guard ranks.count > 1, !(command is any RankedCommand) else { return }
    throw CommandError(
      "'\(invocation.command)' is the work of one process, and \(ranks.count) were started: call it without a launcher",
      exitCode: .usage)
  }
}

/// Messages of a rank other than the first, each line with the rank before it.
private final class PrefixedMessages {
  let terminal: Terminal
  private let pipe = Pipe()
  private let isFinished = DispatchSemaphore(value: 0)

  init(_ prefix: String) {
    terminal = Terminal(fileDescriptor: pipe.fileHandleForWriting.fileDescriptor)
    let reading = pipe.fileHandleForReading
    Thread.detachNewThread { [isFinished] in
      var rest = Data()
      while case let data = reading.availableData, !data.isEmpty {
        rest += data
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
          let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
          rest = Data(rest[rest.index(after: end)...])
          Terminal.standardError.tryWriteLine(line.isEmpty ? line : prefix + line)
        }
      }
      isFinished.signal()
    }
  }

  /// Returns when everything has been shown.
  func finish() {
    try? pipe.fileHandleForWriting.close()
    isFinished.wait()
  }
}
