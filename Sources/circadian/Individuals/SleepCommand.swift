import CommandLineInterface
import Foundation
import Individuals
import Sleep

extension MemoryKind: CommandLineValue {}

struct SleepCommand: Command {
  let name = "sleep"
  let abstract = "Learns the day: distils what is new in the journal into a memory of its own."
  let discussion = """
    The night is kept only when an exam shows that it taught the day and left the rest intact. It can \
    be interrupted at any point: the next sleep goes on where it stopped.
    """
  let examples = ["circadian sleep ada", "circadian sleep ada --memory slots --passes 20"]

  private static let defaults = NightSettings()

  let individual = Argument<String>("name", help: "Who sleeps.")
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
    let sleeper = try invocation.individual(invocation[individual])
    var settings = Self.defaults
    settings.memory = invocation[memory]
    settings.passes = invocation[passes]
    settings.size.slotCount = invocation[slots]
    settings.size.rank = invocation[rank]
    settings.adapterRate = Float(invocation[adapterRate])
    settings.slotRate = Float(invocation[slotRate])
    settings.seed = invocation.seed
    let night = Night(sleeper, settings, neutral: try .load(for: sleeper.core))
    // From here on Ctrl-C is taken at the end of a step, also while the day is still being replayed.
    _ = Interruption.isRequested
    var bar: ProgressBar?
    let outcome = try night.sleep(
      isInterrupted: { Interruption.isRequested },
      report: { event in
        switch event {
        case .resumed: invocation.note("going on with the interrupted night")
        case .stage(let stage):
          bar?.finish()
          bar = nil
          invocation.note(stage)
        case .learning(let step, let steps, let loss):
          let current =
            bar ?? invocation.progress("learning", total: steps, startingAt: step - 1)
          bar = current
          current.update(to: step, detail: "loss \(Readable.fixed(loss, 3))")
        }
      })
    bar?.finish()
    switch outcome {
    case .interrupted:
      throw Interrupted("interrupted; 'circadian sleep \(sleeper.name)' goes on from here")
    case .committed(let record, let recall):
      try invocation.report(Report(night: record, recall: recall)) {
        let brief = sleeper.folder(ofNight: record.number).appendingPathComponent("brief.md")
        return "night \(record.number) was kept after \(Readable.fixed(record.seconds, 0)) s\n\n"
          + RecallTable.text(recall) + "\n\nbrief: \(brief.path)"
      }
    }
  }
}
