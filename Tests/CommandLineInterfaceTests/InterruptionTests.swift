import CommandLineInterface
import Foundation
import Testing

/// Each test runs in a process of its own: signals belong to the process.
@Suite("Ctrl-C")
struct InterruptionTests {
  /// As the terminal does it: to the process, and not to a thread, which may have it blocked. Waits, ten seconds at most, until
  /// it is noticed, or for the end of the process.
  private static func pressControlC(until isNoticed: () -> Bool = { false }) {
    kill(getpid(), SIGINT)
    for _ in 0..<10_000 {
      if isNoticed() { return }
      usleep(1000)
    }
  }

  @Test("a program that never looks at the flag dies of it")
  func unarmed() async {
    await #expect(processExitsWith: .signal(SIGINT)) {
      Self.pressControlC()
    }
  }

  @Test("the first sets the flag and says so")
  func first() async throws {
    let result = await #expect(
      processExitsWith: .exitCode(7), observing: [\.standardErrorContent]
    ) {
      guard !Interruption.isRequested else { exit(1) }
      Self.pressControlC { Interruption.isRequested }
      guard Interruption.isRequested else { exit(2) }
      do throws(Interrupted) {
        try Interruption.check("kept")
      } catch {
        exit(error.description == "kept" ? 7 : 3)
      }
    }
    let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(
      message.contains("finishing the current step; press Ctrl-C again to stop at once\n"))
  }

  @Test("the second ends the process at once")
  func second() async {
    await #expect(processExitsWith: .exitCode(130)) {
      _ = Interruption.isRequested
      Self.pressControlC { Interruption.isRequested }
      Self.pressControlC()
      exit(1)
    }
  }

  @Test("a wait at the keyboard ends")
  func input() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let pipe = Pipe()
      var lines = InputLines(fileDescriptor: pipe.fileHandleForReading.fileDescriptor)
      _ = Interruption.isRequested
      Thread.detachNewThread {
        Self.pressControlC { Interruption.isRequested }
        sleep(10)
        exit(1)
      }
      do {
        _ = try lines.next()
      } catch is Interrupted {
        exit(7)
      }
    }
  }
}
