import Foundation

/// A Python script of `peers/` that answers each line of JSON with one line of JSON.
final class PeerProcess {
  private let script: String
  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()
  private var unread = Data()

  /// <package>/Sources/compare/PeerProcess.swift
  static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  init(script: String) { self.script = script }

  /// - Throws: ``PeerError`` when there is no Python to run the script.
  func start() throws {
    let python = Self.package.appending(path: ".venv/bin/python")
    guard FileManager.default.isExecutableFile(atPath: python.path) else {
      throw PeerError.missing("there is no \(python.path); Benchmarks/run makes it")
    }
    process.executableURL = python
    process.arguments = [Self.package.appending(path: "peers/\(script)").path]
    process.standardInput = requests
    process.standardOutput = answers
    // Warnings of libraries would tear the table apart; a failure comes back as an answer.
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw PeerError.missing("\(python.path) does not run: \(error.localizedDescription)")
    }
  }

  /// Sends `request` and waits for the answer to it.
  func ask<Answer: Decodable>(_ request: some Encodable) throws -> Answer {
    do {
      let line = try JSONEncoder().encode(request) + Data("\n".utf8)
      try requests.fileHandleForWriting.write(contentsOf: line)
    } catch {
      throw PeerError.failed("\(script) does not listen any more")
    }
    let line = try readLine()
    if let failure = try? JSONDecoder().decode(Failure.self, from: line) {
      throw PeerError.failed(failure.error)
    }
    do {
      return try JSONDecoder().decode(Answer.self, from: line)
    } catch {
      throw PeerError.failed(
        "\(script) answered '\(String(decoding: line.prefix(80), as: UTF8.self))'")
    }
  }

  /// Lets the script end, and waits for it.
  func stop() {
    try? requests.fileHandleForWriting.close()
    if process.isRunning { process.waitUntilExit() }
  }

  private struct Failure: Decodable { let error: String }

  private func readLine() throws -> Data {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread = Data(unread[(end + 1)...]) }
        return Data(unread[..<end])
      }
      let more = answers.fileHandleForReading.availableData
      guard !more.isEmpty else { throw PeerError.failed("\(script) ended without an answer") }
      unread += more
    }
  }
}

/// Why a peer takes no part, in words that stand in the table.
enum PeerError: Error, CustomStringConvertible {
  case missing(String)
  case failed(String)

  var description: String {
    switch self {
    case .missing(let reason), .failed(let reason): reason
    }
  }
}
