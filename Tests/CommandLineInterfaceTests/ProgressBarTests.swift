import CommandLineInterface
import Foundation
import Synchronization
import Testing

/// A clock that tests move.
private final class Time: Sendable {
  private let seconds = Mutex(0.0)

  func advance(by step: Double) {
    seconds.withLock { $0 += step }
  }

  var elapsed: Duration { .seconds(seconds.withLock { $0 }) }
}

@Suite("Progress")
struct ProgressBarTests {
  @Test("without a terminal: a plain line at every tenth")
  func tenths() throws {
    let capture = try Capture()
    let time = Time()
    let bar = ProgressBar(
      "sleeping", total: 40, startingAt: 0, unit: "steps", terminal: capture.terminal,
      elapsed: { time.elapsed })
    for step in 1...40 {
      time.advance(by: 0.5)
      bar.advance(detail: "loss \(step)")
    }
    bar.finish()
    bar.finish()
    let lines = try capture.text.split(separator: "\n")
    #expect(lines.count == 10)
    #expect(lines.first == "sleeping: 10% of 40 steps, 2.00 steps/s, 18 s left, loss 4")
    #expect(lines.last == "sleeping: 100% of 40 steps, 2.00 steps/s, in 20 s, loss 40")
  }

  @Test("without a terminal: a slow loop is heard of every half minute")
  func slow() throws {
    let capture = try Capture()
    let time = Time()
    let bar = ProgressBar(
      "training", total: 1000, startingAt: 500, unit: "steps", terminal: capture.terminal,
      elapsed: { time.elapsed })
    for _ in 1...9 {
      time.advance(by: 10)
      bar.advance()
    }
    // The rate counts only what was done here, not the 500 steps before.
    #expect(
      try capture.text == """
        training: 50% of 1000 steps, 0.10 steps/s, 1 h 23 min left
        training: 50% of 1000 steps, 0.10 steps/s, 1 h 22 min left
        training: 50% of 1000 steps, 0.10 steps/s, 1 h 22 min left

        """)
  }

  @Test("counts beyond the end, nothing to do, and nowhere to show it")
  func edges() throws {
    let capture = try Capture()
    let empty = ProgressBar("reading", total: 0, terminal: capture.terminal)
    empty.advance(by: .max)
    empty.finish()
    #expect(try capture.text.hasPrefix("reading: 100% of 0 steps, in "))
    let silent = ProgressBar("reading", total: 3, terminal: nil)
    silent.advance(by: .max)
    silent.update(to: -7)
    silent.note("nothing")
    silent.finish()
  }

  @Test("many threads at once lose no count")
  func threads() throws {
    let capture = try Capture()
    let bar = ProgressBar("adding", total: 8000, unit: "sums", terminal: capture.terminal)
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for _ in 0..<1000 { bar.advance() }
    }
    bar.finish()
    let lines = try capture.text.split(separator: "\n")
    #expect(lines.last?.hasPrefix("adding: 100% of 8000 sums") == true)
    #expect(lines.count == 10)
  }

  @Test("in a terminal: one line, redrawn at most ten times a second, as wide as the window")
  func terminal() throws {
    let pseudo = try PseudoTerminal(columns: 76)
    let time = Time()
    let terminal = pseudo.terminal(environment: ["TERM": "xterm"])
    #expect(terminal.isInteractive)
    #expect(terminal.usesColor)
    #expect(terminal.width == 76)
    do {
      let bar = ProgressBar(
        "sleeping", total: 100, startingAt: 0, unit: "steps", terminal: terminal,
        elapsed: { time.elapsed })
      for _ in 1...50 {
        time.advance(by: 0.02)
        bar.advance(detail: "loss 1.25")
      }
      bar.note("half way")
    }
    let text = try pseudo.text()
    let drawn = text.split(separator: "\r\u{1B}[K").map { $0.filter { !$0.isNewline } }
    #expect(drawn.count == 12, "ten in a second, the note, and once more below it")
    #expect(drawn.contains("half way"))
    #expect(
      drawn.last == "sleeping  ━━━━━─────  50% of 100 steps  50.0 steps/s  1.0 s left  loss 1.25")
    #expect(text.hasSuffix("\r\n"), "a bar that is let go leaves the line")
  }

  @Test("no colours where they are not wanted")
  func noColor() throws {
    let pseudo = try PseudoTerminal(columns: 80)
    let plain = pseudo.terminal(environment: ["TERM": "xterm", "NO_COLOR": "1"])
    #expect(plain.isInteractive)
    #expect(plain.styled("text", .bold) == "text")
    #expect(!pseudo.terminal(environment: ["TERM": "dumb"]).isInteractive)
    let coloured = pseudo.terminal(environment: ["NO_COLOR": ""])
    #expect(coloured.styled("text", .bold) == "\u{1B}[1mtext\u{1B}[0m")
  }
}
