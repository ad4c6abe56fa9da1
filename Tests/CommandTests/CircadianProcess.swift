import Foundation

/// The built command, run as a person would run it.
struct CircadianProcess {
  struct Result {
    var code: Int32
    var output, messages: String
  }

  let home: URL
  /// What is set beside the tests' own environment.
  var environment: [String: String] = [:]

  /// The executable lies beside the test bundle.
  static let executable: URL = {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent("circadian")
  }()

  func start(_ arguments: [String]) throws -> (process: Process, output: Pipe, messages: Pipe) {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["CIRCADIAN_HOME": home.path]
    ) { $1 }.merging(environment) { $1 }
    let (output, messages) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = messages
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return (process, output, messages)
  }

  @discardableResult
  func run(_ arguments: String...) throws -> Result { try run(arguments) }

  func run(_ arguments: [String]) throws -> Result {
    let (process, output, messages) = try start(arguments)
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let errors = String(
      decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Result(code: process.terminationStatus, output: text, messages: errors)
  }

  /// Runs through a shell that limits the size of files, as a full disk would.
  func run(limitingFilesTo kibibytes: Int, _ arguments: String...) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    let command = ([Self.executable.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    // An ignored SIGXFSZ turns the limit into an error of the write.
    process.arguments = ["-c", "trap '' XFSZ; ulimit -f \(kibibytes); exec \(command)"]
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["CIRCADIAN_HOME": home.path]
    ) { $1 }
    let messages = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = messages
    try process.run()
    let errors = String(
      decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Result(code: process.terminationStatus, output: "", messages: errors)
  }
}
