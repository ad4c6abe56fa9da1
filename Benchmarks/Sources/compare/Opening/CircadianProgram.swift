import Foundation

/// The command as a person starts it: a process that opens a model and writes one token.
struct CircadianProgram {
  private let url: URL

  /// The one at `path`, or that of a release build of the package beside this one.
  init(at path: String?) {
    url =
      path.map { URL(filePath: $0) }
      ?? PeerProcess.package.appending(path: "../.build/release/circadian")
  }

  /// Seconds from the start of the process.
  struct Run {
    /// Until the token's text came out.
    var firstToken: Double
    /// Until the process had ended.
    var end: Double
  }

  /// What the command reports of one token.
  struct Report: Decodable {
    let tokens: [Int32]
    let promptTokens: Int
  }

  /// - Throws: ``PeerError`` where there is no such program or it fails.
  func open(_ model: String, prompt: String) throws -> Run {
    let (process, output) = (process(model, prompt), Pipe())
    process.standardOutput = output
    let clock = ContinuousClock()
    let start = clock.now
    try launch(process)
    let first = output.fileHandleForReading.availableData
    let firstToken = (clock.now - start) / .seconds(1)
    _ = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let end = (clock.now - start) / .seconds(1)
    guard process.terminationStatus == 0, !first.isEmpty else { throw failure(model) }
    return Run(firstToken: firstToken, end: end)
  }

  /// Which token it is, and how long the prompt is.
  func firstTokens(of model: String, prompt: String) throws -> Report {
    let (process, output) = (process(model, prompt), Pipe())
    process.arguments?.append("--json")
    process.standardOutput = output
    try launch(process)
    let answer = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard let report = try? JSONDecoder().decode(Report.self, from: answer) else {
      throw failure(model)
    }
    return report
  }

  private func process(_ model: String, _ prompt: String) -> Process {
    let process = Process()
    process.executableURL = url
    process.arguments = [
      "generate", "--model", model, "--prompt", prompt, "--tokens", "1", "--temperature", "0",
      "--quiet",
    ]
    return process
  }

  private func launch(_ process: Process) throws {
    do { try process.run() } catch {
      throw PeerError.missing("\(url.path) does not run: \(error.localizedDescription)")
    }
  }

  private func failure(_ model: String) -> PeerError {
    .failed("\(url.lastPathComponent) does not write a token of \(model)")
  }
}
