import Briefs
import CommandLineInterface
import Corpora
import Foundation
import Individuals
import LanguageModels
import Studies

struct BenchmarkRelatedCommand: Command {
  let name = "related"
  let abstract = "Whether what is called related is of the same talk, or of the same series."
  let discussion = """
    Files of one folder are a series. Of remarks drawn from all talks, the three nearest are looked at: by chance, by \
    full text, by the core's states, and as briefs do it. The results are related.md and related.html.
    """
  let examples = ["circadian benchmark related --out related podcasts/*/*.md"]

  let files = Argument<[String]>("file", completion: .files, help: "A talk.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder for results.")
  let core = CommandLineInterface.Option<String?>(
    "core", completion: .files, help: "The core to read with, instead of the package's own.")
  let seeds = CommandLineInterface.Option(
    "seeds", default: 3, must: .be(in: 1...100), help: "Seeds, from --seed upwards.")

  var parameters: ParameterList {
    files
    out
    core
    seeds
  }

  func run(_ invocation: Invocation) async throws {
    let folder = invocation[out]
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let talks = try invocation[files].map { file in
      (
        try DocumentReader().read(file),
        URL(fileURLWithPath: file).deletingLastPathComponent().lastPathComponent
      )
    }
    let model = try LanguageModel.open(CoreReference.opening(invocation[core]).url)
    let benchmark = RelatedBenchmark(
      talks, CoreEmbedding(model.model, model.tokenizer))
    let outcomes = (0..<UInt64(invocation[seeds])).map {
      benchmark.run(seed: invocation.seed &+ $0)
    }
    try invocation.keep(
      RelatedBenchmark.report(outcomes), of: outcomes, in: folder, as: "related")
  }
}
