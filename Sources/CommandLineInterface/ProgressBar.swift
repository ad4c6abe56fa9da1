import Synchronization

/// Shows how far a long loop has come: fraction, rate and time left.
///
/// In a terminal one line is redrawn, at most ten times a second. Elsewhere a plain line is
/// written at every tenth of the way and after every half minute. All methods may be called from
/// any thread.
public final class ProgressBar: Sendable {
  private struct State {
    var completed: Int
    var detail = ""
    var lastDrawn: Duration?
    var lastTenth: Int
    var isFinished = false
  }

  private let title: String
  private let total: Int
  private let start: Int
  private let unit: String
  private let terminal: Terminal?
  private let elapsed: @Sendable () -> Duration
  private let state: Mutex<State>

  /// A bar on `terminal`, or one that shows nothing where it is nil.
  ///
  /// A resumed loop begins at `completed`; the rate counts only what is done from here on.
  public convenience init(
    _ title: String, total: Int, startingAt completed: Int = 0, unit: String = "steps",
    terminal: Terminal? = .standardError
  ) {
    let start = ContinuousClock.now
    self.init(title, total: total, startingAt: completed, unit: unit, terminal: terminal) {
      ContinuousClock.now - start
    }
  }

  package init(
    _ title: String, total: Int, startingAt completed: Int, unit: String, terminal: Terminal?,
    elapsed: @escaping @Sendable () -> Duration
  ) {
    self.title = title
    self.total = max(total, 0)
    self.start = min(max(completed, 0), self.total)
    self.unit = unit
    self.terminal = terminal
    self.elapsed = elapsed
    state = Mutex(State(completed: start, lastTenth: Self.tenth(start, of: self.total)))
  }

  deinit {
    // An error that ends the loop would otherwise be written at the end of the bar.
    let isOnScreen = state.withLock { !$0.isFinished && $0.lastDrawn != nil }
    if isOnScreen, let terminal, terminal.isInteractive { terminal.tryWriteLine("") }
  }

  /// Counts `count` more; `detail` is what the line ends with, such as "loss 2.31".
  public func advance(by count: Int = 1, detail: String? = nil) {
    state.withLock { state in
      let rest = total - state.completed
      move(&state, to: state.completed + min(count, rest), detail: detail)
    }
  }

  /// Sets the count, which never goes past the total.
  public func update(to completed: Int, detail: String? = nil) {
    state.withLock { state in move(&state, to: completed, detail: detail) }
  }

  /// Writes a line of its own, above the bar.
  public func note(_ message: String) {
    state.withLock { state in
      guard let terminal else { return }
      terminal.tryWriteLine((terminal.isInteractive ? Self.clearLine : "") + message)
      if terminal.isInteractive, !state.isFinished { redraw(&state, at: elapsed()) }
    }
  }

  /// Leaves the line as it is, done or not, and goes to the next.
  public func finish(detail: String? = nil) {
    state.withLock { state in
      guard !state.isFinished else { return }
      state.detail = detail ?? state.detail
      state.isFinished = true
      guard let terminal else { return }
      let time = elapsed()
      if terminal.isInteractive {
        redraw(&state, at: time)
        terminal.tryWriteLine("")
      } else {
        terminal.tryWriteLine(plainLine(state, at: time))
      }
    }
  }

  private func move(_ state: inout State, to completed: Int, detail: String?) {
    state.completed = min(max(completed, 0), total)
    state.detail = detail ?? state.detail
    guard let terminal, !state.isFinished else { return }
    let time = elapsed()
    let pause = state.lastDrawn.map { time - $0 }
    if terminal.isInteractive {
      if pause.map({ $0 >= .milliseconds(100) }) ?? true { redraw(&state, at: time) }
      return
    }
    // The last line belongs to finish, which comes at the same moment.
    let tenth = Self.tenth(state.completed, of: total)
    let isDue = tenth > state.lastTenth || (pause ?? time) >= .seconds(30)
    if isDue, state.completed < total {
      terminal.tryWriteLine(plainLine(state, at: time))
      state.lastDrawn = time
      state.lastTenth = max(tenth, state.lastTenth)
    }
  }

  private func redraw(_ state: inout State, at time: Duration) {
    state.lastDrawn = time
    guard let terminal else { return }
    try? terminal.write(Self.clearLine + barLine(state, at: time, terminal: terminal))
  }
}

extension ProgressBar {
  /// To the first column, and everything on the line erased.
  private static let clearLine = "\r\u{1B}[K"
  private static let shortestBar = 8
  private static let longestBar = 24

  private static func tenth(_ completed: Int, of total: Int) -> Int {
    total == 0 ? 10 : Int(Double(completed) / Double(total) * 10)
  }

  private func fraction(_ state: State) -> Double {
    total == 0 ? 1 : Double(state.completed) / Double(total)
  }

  private func barLine(_ state: State, at time: Duration, terminal: Terminal) -> String {
    // A line that reaches the last column would wrap, and could then not be redrawn.
    let width = terminal.width - 1
    let facts = facts(state, at: time).joined(separator: "  ")
    let room = width - title.displayWidth - facts.displayWidth - 4
    let length = min(max(room, Self.shortestBar), Self.longestBar)
    let filled = Int((fraction(state) * Double(length)).rounded(.down))
    let bar =
      String(repeating: "━", count: filled) + String(repeating: "─", count: length - filled)
    return [title, bar, facts].joined(separator: "  ").truncated(toWidth: width)
  }

  private func plainLine(_ state: State, at time: Duration) -> String {
    "\(title): " + facts(state, at: time).joined(separator: ", ")
  }

  private func facts(_ state: State, at time: Duration) -> [String] {
    // Rounding up would show 100% before the last step.
    var facts = ["\(Int(fraction(state) * 100))% of \(total) \(unit)"]
    let done = state.completed - start
    let seconds = time / .seconds(1)
    if done > 0, seconds > 0 {
      let rate = Double(done) / seconds
      facts.append("\(rate.readable) \(unit)/s")
      if !state.isFinished, state.completed < total {
        facts.append("\(Duration.seconds(Double(total - state.completed) / rate).readable) left")
      }
    }
    if state.isFinished { facts.append("in \(time.readable)") }
    return state.detail.isEmpty ? facts : facts + [state.detail]
  }
}
