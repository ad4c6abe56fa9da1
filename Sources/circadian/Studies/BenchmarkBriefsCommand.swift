import CommandLineInterface
import Corpora
import Files
import Foundation
import Individuals
import Sleep
import Studies

struct BenchmarkBriefsCommand: Command {
  let name = "briefs"
  let abstract = "Whether briefs find what is new among what is known."
  let discussion = """
    Five new passages are planted among known ones: made-up facts, and with files real talks, of which the first, the third and \
    so on is known and the one after it new. The brief is held against first passages, TextRank, the TF-IDF centroid and the \
    surprise of the core alone. The results are briefs.md and briefs.html.
    """
  let examples = ["circadian benchmark briefs --out briefs known-1.md new-1.md known-2.md new-2.md"]

  let files = Argument<[String]>(
    "file", atLeast: 0, completion: .files, help: "Talks, two and two.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder for results.")
  let core = CommandLineInterface.Option<String?>(
    "core", completion: .files, help: "The core to sleep with, instead of the package's own.")
  let seeds = CommandLineInterface.Option(
    "seeds", default: 3, must: .be(in: 1...100), help: "Seeds, from --seed upwards.")
  let set = CommandLineInterface.Option<String?>(
    "set", help: "Other settings of a night, as a JSON object.")

  var parameters: ParameterList {
    files
    out
    core
    seeds
    set
  }

  func run(_ invocation: Invocation) async throws {
    let folder = invocation[out]
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let documents = try invocation[files].map { try DocumentReader().read($0) }
    guard documents.count.isMultiple(of: 2) else {
      throw CommandError(
        "talks are given two and two: one that is known, and one that is new", exitCode: .usage)
    }
    let benchmark = PlantedBenchmark(
      core: try CoreReference.opening(invocation[core]),
      settings: try NightSettings.given(invocation[set]))
    var outcomes: [PlantedBenchmark.Outcome] = []
    for seed in (0..<UInt64(invocation[seeds])).map({ invocation.seed &+ $0 }) {
      let pairs = documents.count / 2
      for kind in pairs > 0 ? PlantedBenchmark.Kind.allCases : [.facts] {
        let name = "briefs-\(kind.rawValue)-\(seed)"
        let file = folder.appendingPathComponent("\(name).json")
        if let known = PlantedBenchmark.Outcome.kept(in: file) {
          outcomes.append(known)
          continue
        }
        let stage = BenchmarkStage(folder: folder, name: name)
        stage.clear()
        let outcome: PlantedBenchmark.Outcome
        switch kind {
        case .facts: outcome = try benchmark.facts(seed: seed, in: stage.home)
        case .talk:
          let pair = Int(seed % UInt64(pairs)) * 2
          outcome = try benchmark.talk(
            documents[pair], documents[pair + 1], seed: seed, in: stage.home)
        }
        try AtomicFile.write(JSONFormat.data(outcome), to: file)
        stage.clear()
        let found = outcome.recall.sorted { $0.key < $1.key }
          .map { "\($0.key) \(Readable.percent($0.value))" }.joined(separator: ", ")
        invocation.note("\(kind.rawValue), seed \(seed) | \(found)")
        outcomes.append(outcome)
      }
    }
    try invocation.keep(
      PlantedBenchmark.report(outcomes), of: outcomes, in: folder, as: "briefs")
  }
}
