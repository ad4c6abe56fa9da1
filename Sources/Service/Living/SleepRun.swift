import Foundation
import Individuals
import Synchronization

/// A night beside everything else: another process of this program, at low priority.
///
/// It can take the memory and the time that it needs without holding up a conversation; what kills the one leaves the
/// other alone.
final class SleepRun: Sendable {
  /// What is started for a night, and what it is given before its own words.
  struct Program: Sendable {
    var executable: URL
    var arguments: [String] = []
  }

  /// How far a night is.
  struct State: Sendable, Encodable {
    enum Activity: String, Sendable, Encodable { case idle, running, stopping }
    var state = Activity.idle
    @OrNull var stage: String?
    @OrNull var step: Int?
    @OrNull var steps: Int?
    @OrNull var loss: Double?
    @OrNull var startedAt: Date?
    /// Since then.
    @OrNull var seconds: Double?
    /// Those that are likely left of the stage.
    @OrNull var secondsLeft: Double?
    @OrNull var outcome: Outcome?
  }

  /// What came of the last one.
  struct Outcome: Sendable, Encodable {
    enum Result: String, Sendable, Encodable { case kept, interrupted, refused, failed }
    var result: Result
    @OrNull var night: Int?
    var message: String
  }

  private struct Running {
    var state = State()
    /// Counts changes, for those who wait for one.
    var version = 0
    var processID: pid_t?
    var learningSince: (date: Date, step: Int)?
  }

  private let name: String
  private let home: Home
  private let program: Program
  private let running = Mutex(Running())
  /// Signalled at every change.
  private let condition = NSCondition()

  init(_ name: String, home: Home, program: Program) {
    (self.name, self.home, self.program) = (name, home, program)
  }

  var state: State { running.withLock { Self.timed($0.state) } }

  /// The state, once it differs from the one of `version` or after `seconds`.
  func state(after version: Int, atMost seconds: Double) -> (state: State, version: Int) {
    let deadline = Date().addingTimeInterval(seconds)
    condition.lock()
    defer { condition.unlock() }
    while running.withLock({ $0.version }) == version, condition.wait(until: deadline) {}
    return running.withLock { (Self.timed($0.state), $0.version) }
  }

  private static func timed(_ state: State) -> State {
    var state = state
    if state.state != .idle { state.seconds = state.startedAt.map { Date().timeIntervalSince($0) } }
    return state
  }

  /// Starts a night or what else the program is told: `sleep NAME ...`, `forget NAME ...`.
  ///
  /// - Throws: ``ServiceError`` where one is going on.
  func start(_ command: [String]) throws {
    try change { running in
      guard running.state.state == .idle else {
        throw ServiceError(409, "\(name) is asleep already", code: "asleep")
      }
      running.state = State(state: .running, stage: "falling asleep", startedAt: Date())
      running.learningSince = nil
    }
    let process = Process()
    process.executableURL = program.executable
    process.arguments =
      program.arguments + command + ["--events", "--json", "--home", home.root.path]
    let (output, events) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = events
    do { try process.run() } catch {
      finish(Outcome(result: .failed, night: nil, message: "\(error)"))
      throw ServiceError(503, "the night could not be started: \(error)")
    }
    let id = process.processIdentifier
    // Conversations come first.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(id), 15)
    change { $0.processID = id }
    Thread.detachNewThread { [self] in
      let told = Mutex<[String]>([])
      let reading = DispatchSemaphore(value: 0)
      Thread.detachNewThread { [self] in
        read(events.fileHandleForReading) { line in
          if !take(line) { told.withLock { $0.append(line) } }
        }
        reading.signal()
      }
      let report = output.fileHandleForReading.readDataToEndOfFile()
      reading.wait()
      process.waitUntilExit()
      finish(
        Self.outcome(
          process.terminationStatus, report, told.withLock { $0.suffix(3).joined(separator: " ") }))
    }
  }

  /// Ends a night after its next step; the next one goes on from there.
  func stop() {
    change { running in
      guard running.state.state == .running, let id = running.processID else { return }
      running.state.state = .stopping
      kill(id, SIGINT)
    }
  }

  /// Waits for the end of a night that was stopped.
  func wait(atMost seconds: Double) {
    let deadline = Date().addingTimeInterval(seconds)
    var version = -1
    while Date() < deadline {
      let now = state(after: version, atMost: deadline.timeIntervalSinceNow)
      if now.state.state == .idle { return }
      version = now.version
    }
  }

  private func change(_ body: (inout Running) throws -> Void) rethrows {
    condition.lock()
    defer { condition.unlock() }
    try running.withLock { running in
      try body(&running)
      running.version += 1
    }
    condition.broadcast()
  }

  private func finish(_ outcome: Outcome) {
    change { running in
      running.state = State(outcome: outcome)
      running.processID = nil
    }
  }

  /// Calls `body` with every line.
  private func read(_ file: FileHandle, _ body: (String) -> Void) {
    var rest = Data()
    while true {
      let data = file.availableData
      if data.isEmpty { break }
      rest += data
      while let end = rest.firstIndex(of: 0x0A) {
        body(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
        rest = Data(rest[(end + 1)...])
      }
    }
    if !rest.isEmpty { body(String(decoding: rest, as: UTF8.self)) }
  }

  private struct Event: Decodable {
    var stage: String
    var step, steps: Int?
    var loss: Double?
  }

  /// Takes what the night tells of itself; false for a line that is for people.
  private func take(_ line: String) -> Bool {
    guard let event = try? JSONDecoder().decode(Event.self, from: Data(line.utf8)) else {
      return line.allSatisfy(\.isWhitespace)
    }
    change { running in
      running.state.stage = event.stage
      (running.state.step, running.state.steps) = (event.step, event.steps)
      running.state.loss = event.loss
      running.state.secondsLeft = nil
      guard let step = event.step, let steps = event.steps else {
        running.learningSince = nil
        return
      }
      let since = running.learningSince ?? (Date(), step)
      running.learningSince = since
      if step > since.step {
        let pace = Date().timeIntervalSince(since.date) / Double(step - since.step)
        running.state.secondsLeft = pace * Double(steps - step)
      }
    }
    return true
  }

  /// What the exit code and the report say (the command line's exit codes).
  private static func outcome(_ status: Int32, _ report: Data, _ told: String) -> Outcome {
    struct Report: Decodable {
      struct Night: Decodable { var number: Int }
      var night: Night
    }
    let nights = (try? JSONDecoder().decode([Report].self, from: report)) ?? []
    let last = nights.last?.night.number
    switch status {
    case 0: return Outcome(result: .kept, night: last, message: told)
    case 130: return Outcome(result: .interrupted, night: last, message: told)
    case 1, 65: return Outcome(result: .refused, night: last, message: told)
    default: return Outcome(result: .failed, night: last, message: told)
    }
  }
}
