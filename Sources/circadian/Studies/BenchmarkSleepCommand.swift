import CommandLineInterface
import Files
import Foundation
import Individuals
import Sleep
import Studies

extension SleepArm: CommandLineValue {}

struct BenchmarkSleepCommand: Command {
  let name = "sleep"
  let abstract =
    "Night after night on made-up worlds: what is still known, asked in words never studied."
  let discussion = """
    Every arm lives through the same days. A run that is complete is kept in the folder and not done again, so \
    the same command goes on after an interruption, and with more --nights from where it ended. The individuals \
    stay there too: 'circadian memory sleeper --home FOLDER/home-full-1337' looks at one. The results are \
    report.md and report.html.
    """
  let examples = [
    "circadian benchmark sleep --out results --nights 8 --facts 30 --seeds 5",
    "circadian benchmark sleep --out results --arm full --arm raw-lora --nights 2",
  ]

  private static let defaults = NightSettings()

  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder for results.")
  let arms = CommandLineInterface.Option<[SleepArm]>(
    "arm", help: "A way to live through the days, instead of all of them; may be repeated.")
  let core = CommandLineInterface.Option<String?>(
    "core", completion: .files, help: "The core to sleep with, instead of the package's own.")
  let nights = CommandLineInterface.Option(
    "nights", default: 8, must: .be(in: 1...1000), help: "Nights to live through.")
  let facts = CommandLineInterface.Option(
    "facts", default: 30, must: .be(in: 1...1000), help: "Facts of a day.")
  let seeds = CommandLineInterface.Option(
    "seeds", default: 5, must: .be(in: 1...100), help: "Seeds, from --seed upwards.")
  let memory = CommandLineInterface.Option(
    "memory", default: BenchmarkSleepCommand.defaults.memory, help: "What a night is kept in.")
  let set = CommandLineInterface.Option<String?>(
    "set", help: "Other settings of a night, as a JSON object.")

  var parameters: ParameterList {
    out
    arms
    core
    nights
    facts
    seeds
    Section("Nights") {
      memory
      set
    }
  }

  func run(_ invocation: Invocation) async throws {
    let folder = invocation[out]
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let chosen = invocation[arms].isEmpty ? SleepArm.allCases : invocation[arms]
    let settings = try NightSettings.given(invocation[set], memory: invocation[memory])
    let core = try CoreReference.opening(invocation[core])
    var outcomes: [SleepBenchmark.Outcome] = []
    for seed in (0..<UInt64(invocation[seeds])).map({ invocation.seed &+ $0 }) {
      for arm in chosen {
        let plan = SleepBenchmark.Plan(
          arm, nights: invocation[nights], facts: invocation[facts], seed: seed,
          settings: settings)
        outcomes.append(try outcome(plan, core, in: folder, invocation))
      }
    }
    let report = SleepBenchmarkReport(outcomes).document
    try invocation.keep(report, of: outcomes, in: folder, as: "report")
  }

  /// A run's outcome, from its file where it is complete.
  private func outcome(
    _ plan: SleepBenchmark.Plan, _ core: CoreReference, in folder: URL, _ invocation: Invocation
  ) throws -> SleepBenchmark.Outcome {
    let benchmark = SleepBenchmark(plan, core: core)
    let plan = benchmark.plan
    let name = "\(plan.arm.rawValue)-\(plan.seed)"
    let file = folder.appendingPathComponent("\(name)-\(plan.nights)-nights.json")
    if let known = SleepBenchmark.Outcome.kept(in: file), known.plan == plan { return known }
    let stage = BenchmarkStage(folder: folder, name: name)
    invocation.note("\(plan.arm.title), seed \(plan.seed)")
    let outcome = try benchmark.run(
      in: stage.home, from: stage.earlier(plan, invocation),
      events: { NightProgress.noteReflection($0, invocation) },
      report: { progress in
        try stage.keep(progress)
        if let morning = progress.mornings.last {
          invocation.note(SleepBenchmarkLine.text(morning, of: plan))
        }
      })
    try AtomicFile.write(JSONFormat.data(outcome), to: file)
    return outcome
  }
}

/// Where the individual of a run lives, and how far it has come.
struct BenchmarkStage {
  private let folder: URL

  init(folder: URL, name: String) {
    self.folder = folder.appendingPathComponent("home-\(name)")
  }

  var home: Home { Home(root: folder) }
  private var file: URL { folder.appendingPathComponent("progress.json") }

  /// What an interrupted run, or one of fewer nights, has come to; nil, and the folder empty, where there was none.
  func earlier(
    _ plan: SleepBenchmark.Plan, _ invocation: Invocation
  ) -> SleepBenchmark.Progress? {
    guard let found = SleepBenchmark.Progress.kept(in: file)?.asBeginning(of: plan) else {
      clear()
      return nil
    }
    invocation.note("going on after night \(found.mornings.count)")
    return found
  }

  func keep(_ progress: SleepBenchmark.Progress) throws {
    try AtomicFile.write(JSONFormat.data(progress), to: file)
  }

  func clear() { try? FileManager.default.removeItem(at: folder) }
}

/// A morning in a line.
enum SleepBenchmarkLine {
  static func text(
    _ morning: SleepBenchmark.Morning, of plan: SleepBenchmark.Plan
  ) -> String {
    let mean = morning.recall.reduce(0, +) / Double(morning.recall.count)
    let days = morning.recall.map { Readable.fixed($0, 2) }.joined(separator: " ")
    let stages = morning.stageSeconds.sorted { $0.key < $1.key }.map {
      "\($0.key.dropFirst("seconds of ".count)) \(Readable.fixed($0.value, 0))"
    }
    let season = morning.season.map { season in
      let before = season.recallBefore.reduce(0, +) / Double(season.recallBefore.count)
      return " | season \(Readable.fixed(season.seconds, 0)) s, recalled before it "
        + Readable.percent(before)
    }
    return "night \(morning.number)/\(plan.nights) | recalled \(Readable.percent(mean)) (\(days))"
      + " | declined \(Readable.percent(morning.strangers)), \(Readable.percent(morning.nearMisses)), "
      + "wrongly \(Readable.percent(morning.wronglyDeclined))"
      + " | drift \(Readable.signedPercent(morning.drift))"
      + " | \(Readable.fixed(morning.seconds, 1)) s"
      + (season ?? "")
      + (stages.isEmpty ? "" : " (\(stages.joined(separator: ", ")))")
  }
}
