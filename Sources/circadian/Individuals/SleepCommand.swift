import CommandLineInterface
import Foundation
import Individuals
import LanguageModels
import Sleep

extension MemoryKind: CommandLineValue {}

struct SleepCommand: Command {
  let name = "sleep"
  let abstract = "Learns the day: distils what is new in the journal into a memory of its own."
  let discussion = """
    The individual reads its day again, asks itself about it, and studies what its teacher, itself with \
    the text in front of it, agrees with. The night is kept only when an exam shows that it taught the day \
    and left the rest intact. It can be interrupted at any point: the next sleep goes on where it stopped.
    """
  let examples = [
    "circadian sleep ada", "circadian sleep --all --minutes 60",
    "circadian sleep ada --memory slots",
  ]

  private static let defaults = NightSettings()

  let individual = Argument<String?>("name", help: "Who sleeps.")
  let all = Flag("all", help: "Everybody who has something to sleep on, one after another.")
  let minutes = CommandLineInterface.Option<Double?>(
    "minutes", must: .be(above: 0),
    help: "Stop after so long; the next sleep goes on from there.")
  let tokens = CommandLineInterface.Option<Int?>(
    "tokens", must: .be(atLeast: 1),
    help: "Sleep on the oldest episodes up to so many tokens, at least on one; the rest waits.")
  let memory = CommandLineInterface.Option(
    "memory", default: SleepCommand.defaults.memory,
    help: "What the night is kept in: a gated low-rank change, trained keys and values (slots), "
      + "a linear low-rank change (LoRA), or slots and LoRA.")
  let passes = CommandLineInterface.Option(
    "passes", default: SleepCommand.defaults.passes, must: .be(in: 0.1...10_000),
    help: "How often the day is gone through.")
  let slots = CommandLineInterface.Option(
    "slots", default: SleepCommand.defaults.size.slotCount, must: .be(in: 1...65_536),
    help: "Slots per layer.")
  let rank = CommandLineInterface.Option(
    "rank", default: SleepCommand.defaults.size.rank, must: .be(in: 1...4096),
    help: "The rank of the low-rank change.")
  let adapterRate = CommandLineInterface.Option(
    "adapter-rate", default: Double(SleepCommand.defaults.adapterRate), must: .be(in: 1e-8...10),
    help: "The learning rate of the low-rank change.")
  let slotRate = CommandLineInterface.Option(
    "slot-rate", default: Double(SleepCommand.defaults.slotRate), must: .be(in: 1e-8...10),
    help: "The learning rate of the slots.")

  var parameters: ParameterList {
    individual
    all
    Section("Budget") {
      minutes
      tokens
    }
    Section("Memory") {
      memory
      slots
      rank
    }
    Section("Learning") {
      passes
      adapterRate
      slotRate
    }
  }

  private struct Report: Encodable {
    var night: NightRecord
    var recall: RecallReport
  }

  func run(_ invocation: Invocation) async throws {
    let deadline = invocation[minutes].map { Date().addingTimeInterval($0 * 60) }
    switch (invocation[individual], invocation[all]) {
    case (let name?, false):
      let (record, recall, folder) = try sleep(name, until: deadline, invocation)
      try invocation.report(Report(night: record, recall: recall)) {
        "night \(record.number) was kept after \(Readable.fixed(record.seconds, 0)) s\n\n"
          + RecallTable.text(recall)
          + "\n\nbrief: \(folder.appendingPathComponent("brief.md").path)"
      }
    case (nil, true): try sleepAll(until: deadline, invocation)
    case (nil, false): throw CommandError("say who sleeps, or --all", exitCode: .usage)
    case (_?, true):
      throw CommandError("--all is everybody: there is no name to give with it", exitCode: .usage)
    }
  }

  /// Everybody's night, whatever becomes of the others'.
  private func sleepAll(until deadline: Date?, _ invocation: Invocation) throws {
    let home = Home(root: invocation.home)
    var reports: [String: Report] = [:]
    var failures = 0
    for name in try home.names() {
      if let deadline, deadline < Date() { break }
      do {
        let waiting = try Individual.open(name: name, in: home, access: .reading).unsleptEpisodes()
        guard !waiting.isEmpty else { continue }
        invocation.note("\(name) sleeps on \(waiting.count) episode(s)")
        let (night, recall, _) = try sleep(name, until: deadline, invocation)
        reports[name] = Report(night: night, recall: recall)
      } catch let error as Interrupted {
        throw error
      } catch {
        failures += 1
        invocation.warn("\(name): \(error)")
      }
    }
    try invocation.report(reports) {
      reports.isEmpty && failures == 0
        ? "nobody has anything to sleep on"
        : reports.keys.sorted().map { "\($0): night \(reports[$0]!.night.number) was kept" }
          .joined(separator: "\n")
    }
    if failures > 0 {
      throw CommandError("\(failures) night(s) were not slept or not kept", exitCode: .failure)
    }
  }

  private func sleep(
    _ name: String, until deadline: Date?, _ invocation: Invocation
  ) throws -> (NightRecord, RecallReport, folder: URL) {
    let sleeper = try invocation.individual(name)
    let night = Night(sleeper, settings(invocation), neutral: try .load(for: sleeper.core))
    // From here on Ctrl-C is taken at the end of a step, also while the day is still being replayed.
    _ = Interruption.isRequested
    let outcome = try NightProgress.sleep(
      night, on: try invocation[tokens].map { try night.episodes(upTo: $0).map(\.id) },
      until: deadline, invocation)
    switch outcome {
    case .interrupted:
      throw Interrupted(
        (Interruption.isRequested ? "interrupted" : "the time is over")
          + "; 'circadian sleep \(sleeper.name)' goes on from here")
    case .committed(let record, let recall):
      return (record, recall, sleeper.folder(ofNight: record.number))
    }
  }

  private func settings(_ invocation: Invocation) -> NightSettings {
    var settings = Self.defaults
    settings.memory = invocation[memory]
    settings.passes = invocation[passes]
    settings.size.slotCount = invocation[slots]
    settings.size.rank = invocation[rank]
    settings.adapterRate = Float(invocation[adapterRate])
    settings.slotRate = Float(invocation[slotRate])
    settings.seed = invocation.seed
    return settings
  }
}

/// A night with its progress on the terminal.
enum NightProgress {
  /// Sleeps on `episodes`, or on all that wait, until Ctrl-C or the deadline.
  static func sleep(
    _ night: Night, on episodes: [Episode.ID]? = nil, until deadline: Date? = nil,
    _ invocation: Invocation
  ) throws -> Night.Outcome {
    var bar: ProgressBar?
    defer { bar?.finish() }
    return try night.sleep(
      on: episodes,
      isInterrupted: { Interruption.isRequested || deadline.map { $0 < Date() } ?? false },
      report: { event in
        switch event {
        case .resumed: invocation.note("going on with the interrupted night")
        case .stage(let stage):
          bar?.finish()
          bar = nil
          invocation.note(stage)
        case .reflected: noteReflection(event, invocation)
        case .learning(let step, let steps, let loss):
          let current =
            bar ?? invocation.progress("learning", total: steps, startingAt: step - 1)
          bar = current
          current.update(to: step, detail: "loss \(Readable.fixed(loss, 3))")
        }
      })
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
