import CommandLineInterface
import Files
import Foundation
import Individuals
import Sleep
import Studies

extension SeasonRung: CommandLineValue {}

struct BenchmarkSeasonsCommand: Command {
  let name = "seasons"
  let abstract = "The same nights made one memory in several ways: what each of them keeps."
  let discussion = """
    For every seed an individual lives through the nights once; then each way makes a season of a copy of it. The \
    nights' own memories are freed, and questions are asked in words never studied. What is complete is kept \
    in the folder and not done again. The results are seasons.md and seasons.html there.
    """
  let examples = ["circadian benchmark seasons --out results --nights 7 --facts 30 --seeds 3"]

  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder for results.")
  let rungs = CommandLineInterface.Option<[SeasonRung]>(
    "way", help: "A way to make a season, instead of all of them; may be repeated.")
  let core = CommandLineInterface.Option<String?>(
    "core", completion: .files, help: "The core to sleep with, instead of the package's own.")
  let nights = CommandLineInterface.Option(
    "nights", default: 7, must: .be(in: 1...1000), help: "Nights to make a season of.")
  let facts = CommandLineInterface.Option(
    "facts", default: 30, must: .be(in: 1...1000), help: "Facts of a day.")
  let seeds = CommandLineInterface.Option(
    "seeds", default: 3, must: .be(in: 1...100), help: "Seeds, from --seed upwards.")
  let set = CommandLineInterface.Option<String?>(
    "set", help: "Other settings of nights and seasons, as a JSON object.")

  var parameters: ParameterList {
    out
    rungs
    core
    nights
    facts
    seeds
    set
  }

  func run(_ invocation: Invocation) async throws {
    let folder = invocation[out]
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let chosen = invocation[rungs].isEmpty ? SeasonRung.allCases : invocation[rungs]
    var settings = try NightSettings.given(invocation[set])
    // The seasons of the study come after the last night.
    settings.season.nights = 0
    let core = try CoreReference.opening(invocation[core])
    var outcomes: [SeasonLadder.Outcome] = []
    for seed in (0..<UInt64(invocation[seeds])).map({ invocation.seed &+ $0 }) {
      let plan = SleepBenchmark.Plan(
        .full, nights: invocation[nights], facts: invocation[facts], seed: seed,
        settings: settings)
      outcomes.append(try outcome(plan, chosen, core, in: folder, invocation))
    }
    let report = SeasonLadderReport(outcomes).document
    try invocation.keep(report, of: outcomes, in: folder, as: "seasons")
  }

  /// A seed's outcome with all of `rungs`, of which those are climbed that its file does not have.
  private func outcome(
    _ plan: SleepBenchmark.Plan, _ rungs: [SeasonRung], _ core: CoreReference, in folder: URL,
    _ invocation: Invocation
  ) throws -> SeasonLadder.Outcome {
    let file = folder.appendingPathComponent("seasons-\(plan.seed).json")
    let benchmark = SleepBenchmark(plan, core: core)
    let plan = benchmark.plan
    let known = SeasonLadder.Outcome.kept(in: file).flatMap { $0.plan == plan ? $0 : nil }
    let missing = rungs.filter { rung in known?.steps.contains { $0.rung == rung } != true }
    guard !missing.isEmpty || known == nil else { return known! }
    let stage = BenchmarkStage(folder: folder, name: "seasons-\(plan.seed)")
    invocation.note("seed \(plan.seed)")
    let lived = try benchmark.live(
      in: stage.home, from: stage.earlier(plan, invocation),
      report: { progress in
        try stage.keep(progress)
        if let morning = progress.mornings.last {
          invocation.note(SleepBenchmarkLine.text(morning, of: plan))
        }
      })
    var outcome = known
    for rung in missing {
      let climbed = try SeasonLadder(benchmark).climb([rung], in: stage.home, after: lived) {
        rung, step in
        let mean = step.recall.reduce(0, +) / Double(max(step.recall.count, 1))
        invocation.note(
          "\(rung.title) | recalled \(Readable.percent(mean)) | declined "
            + "\(Readable.percent(step.strangers)), \(Readable.percent(step.nearMisses)) | drift "
            + "\(Readable.signedPercent(step.drift)) | \(Readable.fixed(step.seconds, 0)) s")
      }
      var all = outcome ?? climbed
      if outcome != nil { all.steps += climbed.steps }
      try AtomicFile.write(JSONFormat.data(all), to: file)
      outcome = all
    }
    return outcome!
  }
}
