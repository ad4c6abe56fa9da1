import CommandLineInterface
import Corpora
import Files
import Foundation
import Individuals
import Sleep
import Studies

struct BenchmarkTextsCommand: Command {
  let name = "texts"
  let abstract = "A night for each of several texts: what is still known of each after the last."
  let discussion = """
    The texts are what 'circadian read' takes. A run that is complete is kept in the folder and not done again. \
    The results are texts.md and texts.html there.
    """
  let examples = ["circadian benchmark texts --out results episode-1.md episode-2.md episode-3.md"]

  let files = Argument<[String]>("file", completion: .files, help: "A day's text, for every night.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder for results.")
  let arms = CommandLineInterface.Option<[SleepArm]>(
    "arm", help: "A way to live through the days, instead of the night; may be repeated.")
  let core = CommandLineInterface.Option<String?>(
    "core", completion: .files, help: "The core to sleep with, instead of the package's own.")
  let seeds = CommandLineInterface.Option(
    "seeds", default: 1, must: .be(in: 1...100), help: "Seeds, from --seed upwards.")
  let set = CommandLineInterface.Option<String?>(
    "set", help: "Other settings of a night, as a JSON object.")

  var parameters: ParameterList {
    files
    out
    arms
    core
    seeds
    set
  }

  func run(_ invocation: Invocation) async throws {
    let folder = invocation[out]
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let chosen = invocation[arms].isEmpty ? [.full] : invocation[arms]
    let settings = try NightSettings.given(invocation[set])
    if let awake = chosen.first(where: { !$0.sleeps }) {
      throw CommandError(
        "--arm \(awake.rawValue): nobody sleeps there, so nothing is recalled", exitCode: .usage)
    }
    let documents = try invocation[files].map { try DocumentReader().read($0) }
    let core = try CoreReference.opening(invocation[core])
    var outcomes: [TextBenchmark.Outcome] = []
    for seed in (0..<UInt64(invocation[seeds])).map({ invocation.seed &+ $0 }) {
      for arm in chosen {
        let benchmark = TextBenchmark(arm, documents, seed: seed, settings: settings, core: core)
        outcomes.append(try outcome(benchmark, in: folder, invocation))
      }
    }
    let report = TextBenchmarkReport(outcomes).document
    try invocation.keep(report, of: outcomes, in: folder, as: "texts")
  }

  private func outcome(
    _ benchmark: TextBenchmark, in folder: URL, _ invocation: Invocation
  ) throws -> TextBenchmark.Outcome {
    let plan = benchmark.plan
    let file = folder.appendingPathComponent("texts-\(plan.arm.rawValue)-\(plan.seed).json")
    if let known = TextBenchmark.Outcome.kept(in: file), known.plan == plan { return known }
    let stage = BenchmarkStage(folder: folder, name: "texts-\(plan.arm.rawValue)-\(plan.seed)")
    stage.clear()
    invocation.note("\(plan.arm.title), seed \(plan.seed)")
    let outcome = try benchmark.run(in: stage.home) { morning in
      let days = morning.cloze.map { Readable.percent($0) }.joined(separator: " ")
      invocation.note(
        "night \(morning.number)/\(plan.texts.count) | cloze \(days) | drift "
          + "\(Readable.signedPercent(morning.drift)) | \(Readable.fixed(morning.seconds, 0)) s")
    }
    try AtomicFile.write(JSONFormat.data(outcome), to: file)
    stage.clear()
    return outcome
  }
}
