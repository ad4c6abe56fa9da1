import CommandLineInterface
import Corpora
import Files
import Foundation
import Individuals
import Studies
import Tensors

struct BenchmarkReadingCommand: Command {
  let name = "reading"
  let abstract =
    "A trained core whose feed-forward blocks go on learning while it reads: what it foresees of long texts."
  let discussion = """
    The blocks become levels of a continuum memory, which change every 64, 512 and 4,096 tokens; at a rate of 0 the core is \
    what it was. The results are reading.json, reading.md and reading.html in the folder.
    """
  let examples = ["circadian benchmark memory reading --out results episode-1.md episode-2.md"]

  let files = Argument<[String]>("file", completion: .files, help: "What 'circadian read' takes.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder for results.")
  let core = CommandLineInterface.Option<String?>(
    "core", completion: .files, help: "The core to read with, instead of the package's own.")
  let rates = CommandLineInterface.Option<[Double]>(
    "rate", must: .be(in: 0...1e6),
    help: "What a token's gradient is multiplied by, instead of 0.1 and 0.3; may be repeated.")

  var parameters: ParameterList {
    files
    out
    core
    rates
  }

  func run(_ invocation: Invocation) async throws {
    let folder = invocation[out]
    let documents = try invocation[files].map { try DocumentReader().read($0) }
    let core = try CoreReference.opening(invocation[core])
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let rates = invocation[rates].isEmpty ? [0.1, 0.3] : invocation[rates]
    let arms = ReadingBenchmark.Arm.all(rates: rates.map { Float($0) })
    let benchmark = ReadingBenchmark(core, documents)
    let outcomes = try WorkerPool.shared.map(arms.count) { try benchmark.run(arms[$0]) }
    let report = ReadingBenchmarkReport(outcomes).document
    try AtomicFile.write(
      JSONFormat.data(outcomes), to: folder.appendingPathComponent("reading.json"))
    try invocation.keep(report, of: outcomes, in: folder, as: "reading")
  }
}
