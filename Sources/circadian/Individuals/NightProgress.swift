import CommandLineInterface
import Foundation
import Individuals
import Sleep

/// Nights and seasons with their progress on the terminal, until Ctrl-C or a deadline.
struct NightProgress {
  private let invocation: Invocation
  private let deadline: Date?
  private let tellsEvents: Bool

  /// With `events` a program is told, not a person: a line of JSON on standard error for every stage and step.
  static let events = Flag(
    "events", help: "Tell stages and steps as lines of JSON on standard error, for programs.")

  init(_ invocation: Invocation, until deadline: Date? = nil) {
    self.invocation = invocation
    self.deadline = deadline
    tellsEvents = invocation[Self.events]
  }

  /// Sleeps on `episodes`, or on all that wait.
  func sleep(_ night: Night, on episodes: [Episode.ID]? = nil) throws -> Night.Outcome {
    try shown { try night.sleep(on: episodes, isInterrupted: isInterrupted, report: $0) }
  }

  func settle(_ season: Season) throws -> Night.Outcome {
    try shown { try season.settle(isInterrupted: isInterrupted, report: $0) }
  }

  private func isInterrupted() -> Bool {
    Interruption.isRequested || deadline.map { $0 < Date() } ?? false
  }

  private func shown(
    _ body: (@escaping (Night.Event) -> Void) throws -> Night.Outcome
  ) rethrows -> Night.Outcome {
    var bar: ProgressBar?
    defer { bar?.finish() }
    return try body { event in
      if tellsEvents { return tell(event) }
      switch event {
      case .resumed: invocation.note("going on with the interrupted night")
      case .stage(let stage):
        bar?.finish()
        bar = nil
        invocation.note(stage)
      case .reflected: Self.noteReflection(event, invocation)
      case .learning(let step, let steps, let loss):
        let current = bar ?? invocation.progress("learning", total: steps, startingAt: step - 1)
        bar = current
        current.update(to: step, detail: "loss \(Readable.fixed(loss, 3))")
      }
    }
  }

  private struct Told: Encodable {
    var stage: String
    var step, steps: Int?
    var loss: Double?
  }

  private func tell(_ event: Night.Event) {
    let told: Told
    switch event {
    case .resumed: told = Told(stage: "going on with the interrupted night")
    case .stage(let stage): told = Told(stage: stage)
    case .reflected: return
    case .learning(let step, let steps, let loss):
      told = Told(stage: "learning", step: step, steps: steps, loss: loss.isFinite ? loss : nil)
    }
    guard let line = try? JSONEncoder().encode(told) else { return }
    // Nothing depends on these lines; without anyone to read them the night goes on.
    try? invocation.messages.writeLine(String(decoding: line, as: UTF8.self))
  }

  /// Says what came of the reflection.
  static func noteReflection(_ event: Night.Event, _ invocation: Invocation) {
    guard case .reflected(let sheet, let judgement) = event else { return }
    invocation.note(
      "\(sheet.entries.count) questions considered, \(sheet[.kept].count) to be studied, "
        + "\(sheet[.exam].count) set aside for the exam")
    for refusal in judgement.batches.compactMap(\.refusal) {
      invocation.note("a round of reflection was not studied: \(refusal)")
    }
  }
}
