import CommandLineInterface
import Files
import Foundation
import Studies

extension RecallCore: CommandLineValue {}

struct BenchmarkRecallCommand: Command {
  let name = "recall"
  let abstract =
    "How much cores recall within their contexts (MQAR), against the bytes of their states."
  let discussion = """
    Every core is trained from nothing to answer keys with the values that stood beside them. With --overwritten some \
    keys are given a second value, and the second is asked for. A run that is complete is kept in the folder and not done \
    again. The results are recall.md and recall.html there.
    """
  let examples = [
    "circadian benchmark memory recall --out results",
    "circadian benchmark memory recall --out results --core delta --heads 1 --heads 4 --seeds 3",
  ]

  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder for results.")
  let cores = CommandLineInterface.Option<[RecallCore]>(
    "core", help: "A core to compare, instead of all of them; may be repeated.")
  let heads = CommandLineInterface.Option<[Int]>(
    "heads",
    help: "Heads of a block, instead of one: the more, the smaller the state; may be repeated.")
  let width = CommandLineInterface.Option(
    "width", default: 64, must: .be(in: 8...1024), help: "The width of the two blocks.")
  let length = CommandLineInterface.Option(
    "length", default: 128, must: .be(in: 8...8192), help: "Tokens of a sequence.")
  let pairs = CommandLineInterface.Option(
    "pairs", default: 16, must: .be(in: 1...1024), help: "Pairs of key and value in it.")
  let overwritten = CommandLineInterface.Option(
    "overwritten", default: 0, must: .be(in: 0...512),
    help: "How many of the pairs give a key that had one another value.")
  let steps = CommandLineInterface.Option(
    "steps", default: 2000, must: .be(in: 1...1_000_000), help: "Steps of training.")
  let batch = CommandLineInterface.Option(
    "batch", default: 64, must: .be(in: 1...4096), help: "New sequences a step.")
  let rate = TrainingOptions.rate(1)
  let seeds = CommandLineInterface.Option(
    "seeds", default: 5, must: .be(in: 1...100), help: "Seeds, from --seed upwards.")

  var parameters: ParameterList {
    out
    cores
    heads
    width
    length
    pairs
    overwritten
    steps
    batch
    rate
    seeds
  }

  func run(_ invocation: Invocation) async throws {
    let folder = invocation[out]
    var task = RecallTask()
    task.length = invocation[length]
    task.pairs = invocation[pairs]
    task.overwritten = invocation[overwritten]
    if let problem = task.problem { throw CommandError(problem, exitCode: .usage) }
    let allHeads = invocation[heads].isEmpty ? [1] : invocation[heads]
    if let odd = allHeads.first(where: { $0 < 1 || invocation[width] % (2 * $0) != 0 }) {
      throw CommandError(
        "--heads \(odd): expected heads of an even width that part \(invocation[width]) evenly",
        exitCode: .usage)
    }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var outcomes: [RecallBenchmark.Outcome] = []
    for seed in (0..<UInt64(invocation[seeds])).map({ invocation.seed &+ $0 }) {
      for core in invocation[cores].isEmpty ? RecallCore.allCases : invocation[cores] {
        for heads in allHeads {
          var plan = RecallBenchmark.Plan(core, task, seed: seed)
          plan.width = invocation[width]
          plan.heads = heads
          plan.steps = invocation[steps]
          plan.batch = invocation[batch]
          plan.rate = Float(invocation[rate])
          outcomes.append(try outcome(plan, in: folder, invocation))
        }
      }
    }
    let report = RecallBenchmarkReport(outcomes).document
    try invocation.keep(report, of: outcomes, in: folder, as: "recall")
  }

  private func outcome(
    _ plan: RecallBenchmark.Plan, in folder: URL, _ invocation: Invocation
  ) throws -> RecallBenchmark.Outcome {
    let file = folder.appendingPathComponent(
      "recall-\(plan.core.rawValue)-\(plan.heads)-\(plan.seed).json")
    if let known = RecallBenchmark.Outcome.kept(in: file), known.plan == plan { return known }
    invocation.note("\(plan.core.title), \(plan.heads) head(s), seed \(plan.seed)")
    let outcome = try RecallBenchmark(plan).run { line in
      invocation.note(
        "step \(line.step)/\(plan.steps) | loss \(Readable.fixed(line.loss, 3)) | recalled "
          + Readable.percent(line.accuracy))
    }
    try AtomicFile.write(JSONFormat.data(outcome), to: file)
    return outcome
  }
}
