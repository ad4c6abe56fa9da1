import CommandLineInterface
import Corpora
import Foundation
import Individuals

struct WatchCommand: Command {
  let name = "watch"
  let abstract = "Reads what comes into a folder, as it comes."
  let discussion = """
    Files that were there before are read at the first look, and every file once; one that is still being written waits, one that \
    cannot be read is named once and left. In between the individual is free to chat and to sleep. Together with \
    'circadian schedule' there is a brief every morning.
    """
  let examples = ["circadian watch ada ~/podcasts", "circadian watch ada ~/podcasts --once"]

  let individual = Argument<String>("name", help: "Who reads.")
  let folder = Argument<String>("folder", completion: .folders, help: "Where files come.")
  let every = CommandLineInterface.Option(
    "every", default: 30.0, must: .be(in: 1...86_400), help: "Seconds between two looks.")
  let once = Flag("once", help: "One look, and an end: for cron.")

  var parameters: ParameterList {
    individual
    folder
    every
    once
  }

  private struct Report: Encodable {
    var read, known, warnings: [String]
  }

  func run(_ invocation: Invocation) async throws {
    // Whoever does not exist is told so at once.
    _ = try invocation.individual(invocation[individual], access: .reading)
    _ = Interruption.isRequested
    var watch = FolderWatch(invocation[folder])
    var total = WatchOutcome()
    if !invocation[once] {
      invocation.note("watching \(invocation[folder]); Ctrl-C ends it")
    }
    while true {
      if let outcome = try look(&watch, invocation) {
        total.read += outcome.read
        total.known += outcome.known
        total.warnings += outcome.warnings
      }
      if invocation[once] || Interruption.isRequested { break }
      let wake = Date().addingTimeInterval(invocation[every])
      while Date() < wake, !Interruption.isRequested {
        try await Task.sleep(for: .milliseconds(200))
      }
      if Interruption.isRequested { break }
    }
    try invocation.report(
      Report(read: total.read, known: total.known, warnings: total.warnings)
    ) {
      total.read.isEmpty
        ? "nothing new was read" : total.read.map { "read: \($0)" }.joined(separator: "\n")
    }
  }

  /// What a look found; nil where there was nothing, or where the individual is in use just now.
  private func look(
    _ watch: inout FolderWatch, _ invocation: Invocation
  ) throws -> WatchOutcome? {
    do {
      let known = try WatchRecord.read(
        invocation.individual(invocation[individual], access: .reading)
      ).files
      let fresh = try watch.look(besides: known)
      guard !fresh.isEmpty else { return nil }
      // Opened for as long as it takes, so that others may have it in between.
      let reader = try invocation.individual(invocation[individual])
      let outcome = try reader.read(fresh, of: watch)
      for warning in outcome.warnings { invocation.warn(warning) }
      if !invocation[once] {
        for title in outcome.read { invocation.note("read: \(title)") }
      }
      return outcome
    } catch IndividualError.inUse where !invocation[once] {
      return nil
    }
  }
}
