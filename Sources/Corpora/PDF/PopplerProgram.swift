import Dispatch
import Foundation

/// A program of poppler-utils, run on a file with limits of time and size.
struct PopplerProgram {
  let name: String
  private let executable: URL
  /// Seconds.
  static let timeLimit = 60.0

  /// - Throws: `DocumentError.needsProgram` when it is not in a folder of `PATH`.
  init(_ name: String, for path: String) throws(DocumentError) {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/usr/local/bin"
    let found = folders.split(separator: ":").map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let found else {
      throw .needsProgram(path: path, program: name, package: "poppler-utils")
    }
    self.name = name
    executable = URL(fileURLWithPath: found)
  }

  /// Runs the program and waits for its end.
  ///
  /// - Parameters:
  ///   - output: The file that it writes, or its standard output.
  ///   - path: Names the document in errors.
  /// - Returns: What it has written.
  func run(
    _ arguments: [String], output: URL, writesItself: Bool, sizeLimit: Int, for path: String
  ) throws(DocumentError) -> [UInt8] {
    let messages = output.appendingPathExtension("messages")
    let process = Process()
    let ended = DispatchSemaphore(value: 0)
    do {
      try Data().write(to: output)
      try Data().write(to: messages)
      process.executableURL = executable
      process.arguments = arguments
      process.standardInput = FileHandle.nullDevice
      process.standardOutput =
        writesItself ? FileHandle.nullDevice : try FileHandle(forWritingTo: output)
      process.standardError = try FileHandle(forWritingTo: messages)
      process.terminationHandler = { _ in ended.signal() }
      try process.run()
    } catch {
      throw .unreadable(path: path, reason: "\(name) cannot be started: \(error)")
    }
    if let reason = refusal(of: output, sizeLimit: sizeLimit, until: ended) {
      kill(process.processIdentifier, SIGKILL)
      ended.wait()
      throw .damaged(path: path, offset: 0, reason: "\(name) \(reason)")
    }
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      let said = (try? Data(contentsOf: messages)).map { Array($0.prefix(300)).withSingleSpaces }
      throw .damaged(
        path: path, offset: 0,
        reason: "\(name) ended with \(process.terminationStatus): \(said ?? "nothing said")")
    }
    var bytes: [UInt8] = []
    _ = try InputFile(path: output.path).read(sizeLimit, into: &bytes)
    return bytes
  }

  /// Why the program may not go on; nil once it has ended.
  private func refusal(
    of output: URL, sizeLimit: Int, until ended: DispatchSemaphore
  ) -> String? {
    let end = DispatchTime.now() + PopplerProgram.timeLimit
    while ended.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
      if .now() > end { return "took longer than \(Int(PopplerProgram.timeLimit)) seconds" }
      let attributes = try? FileManager.default.attributesOfItem(atPath: output.path)
      if let size = attributes?[.size] as? Int, size > sizeLimit {
        return "wrote more than \(sizeLimit) bytes"
      }
    }
    return nil
  }
}
