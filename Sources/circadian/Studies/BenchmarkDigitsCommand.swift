import CommandLineInterface
import Corpora
import Files
import Foundation
import Studies
import Synchronization
import Tensors

extension PermutedDigits.Learner: CommandLineValue {}

struct BenchmarkDigitsCommand: Command {
  let name = "digits"
  let abstract = "Permuted MNIST: layers of unlike paces against other ways not to forget."
  let discussion = """
    A network learns the digits with their pixels in one order after another, and is asked about all of them. A run that \
    is complete is kept in the folder and not done again; as many run side by side as there are cores. The results are \
    digits.md and digits.html there.
    """
  let examples = [
    "circadian benchmark memory digits --images mnist --out results",
    "circadian benchmark memory digits --images mnist --out quick --count 5000 --epochs 2 --seeds 1",
  ]

  let images = CommandLineInterface.Option<String>(
    "images", completion: .folders, help: "The folder with MNIST's four files, plain or .gz.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder for results.")
  let learners = CommandLineInterface.Option<[PermutedDigits.Learner]>(
    "learner", help: "A way to learn, instead of all of them; may be repeated.")
  let tasks = CommandLineInterface.Option(
    "tasks", default: 10, must: .be(in: 1...1000), help: "Orders of the pixels.")
  let epochs = CommandLineInterface.Option(
    "epochs", default: 8, must: .be(in: 1...1000), help: "How often a task is gone through.")
  let count = CommandLineInterface.Option(
    "count", default: 60_000, must: .be(in: 1000...60_000), help: "Images of a task.")
  let rate = CommandLineInterface.Option(
    "rate", default: 2.49e-5, must: .be(in: 1e-8...1), help: "Adam's learning rate.")
  let continuumRate = CommandLineInterface.Option(
    "continuum-rate", default: 5e-5, must: .be(in: 1e-8...1),
    help: "The learning rate of the continuum and of what is held against it.")
  let elasticity = CommandLineInterface.Option(
    "elasticity", default: 100, must: .be(in: 0...1e9),
    help: "How much elastic weight consolidation weighs what it keeps.")
  let seeds = CommandLineInterface.Option(
    "seeds", default: 10, must: .be(in: 1...100), help: "Seeds, from --seed upwards.")

  var parameters: ParameterList {
    images
    out
    learners
    tasks
    epochs
    count
    rate
    continuumRate
    elasticity
    seeds
  }

  func run(_ invocation: Invocation) async throws {
    let folder = invocation[out]
    let (training, test) = try LabelledImages.mnist(in: invocation[images])
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let chosen =
      invocation[learners].isEmpty ? PermutedDigits.Learner.allCases : invocation[learners]
    let plans = (0..<UInt64(invocation[seeds])).flatMap { offset in
      chosen.map { learner in
        var plan = PermutedDigits.Plan(learner, seed: invocation.seed &+ offset)
        plan.tasks = invocation[tasks]
        plan.epochs = invocation[epochs]
        plan.images = invocation[count]
        plan.rate = Float(invocation[rate])
        plan.continuumRate = Float(invocation[continuumRate])
        plan.elasticity = Float(invocation[elasticity])
        return plan
      }
    }
    let console = Mutex(invocation)
    let outcomes = try WorkerPool.shared.map(plans.count) { index in
      let plan = plans[index]
      let file = folder.appendingPathComponent(
        "digits-\(plan.learner.rawValue)-\(plan.seed).json")
      if let known = PermutedDigits.Outcome.kept(in: file), known.plan == plan { return known }
      let outcome = try PermutedDigits(plan, training: training, test: test).run { row in
        let mean = row.reduce(0, +) / Double(row.count)
        console.withLock {
          $0.note(
            "\(plan.learner.rawValue), seed \(plan.seed) | task \(row.count)/\(plan.tasks) | mean "
              + Readable.percent(mean))
        }
      }
      try AtomicFile.write(JSONFormat.data(outcome), to: file)
      return outcome
    }
    let report = PermutedDigitsReport(outcomes).document
    try AtomicFile.write(
      Data(report.markdown.utf8), to: folder.appendingPathComponent("digits.md"))
    try AtomicFile.write(Data(report.html.utf8), to: folder.appendingPathComponent("digits.html"))
    try invocation.report(outcomes) { report.markdown }
  }
}
