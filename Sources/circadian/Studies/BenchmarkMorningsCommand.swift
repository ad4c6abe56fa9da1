import CommandLineInterface
import Corpora
import Foundation
import Individuals
import Sleep
import Studies

struct BenchmarkMorningsCommand: Command {
  let name = "mornings"
  let abstract =
    "A day, a night and a brief for each of many texts: seconds, memory, what is told twice."
  let discussion = """
    The texts are what 'circadian read' takes. The individual lives in the folder of the results: the same command goes on \
    after the last night that was kept. The results are mornings.md and mornings.html there.
    """
  let examples = ["circadian benchmark mornings --out mornings episodes/*.md"]

  let files = Argument<[String]>("file", completion: .files, help: "A day's text, for every night.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder for the individual and the results.")
  let core = CommandLineInterface.Option<String?>(
    "core", completion: .files, help: "The core to sleep with, instead of the package's own.")
  let set = CommandLineInterface.Option<String?>(
    "set", help: "Other settings of a night, as a JSON object.")

  var parameters: ParameterList {
    files
    out
    core
    set
  }

  func run(_ invocation: Invocation) async throws {
    let folder = invocation[out]
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let documents = try invocation[files].map { try DocumentReader().read($0) }
    var settings = try NightSettings.given(invocation[set])
    settings.seed = invocation.seed
    let benchmark = MorningsBenchmark(
      documents, settings: settings, core: try CoreReference.opening(invocation[core]))
    // From here on Ctrl-C is taken at the end of a step.
    _ = Interruption.isRequested
    func note(_ morning: MorningsBenchmark.Morning) {
      invocation.note(
        "night \(morning.night) | \(Readable.fixed(morning.seconds, 0)) s"
          + (morning.seasonSeconds.map { " and \(Readable.fixed($0, 0)) s" } ?? "")
          + " | \(Readable.bytes(morning.peakBytes)) | \(morning.insights) insights, "
          + "\(morning.repeated) told before | \(morning.title)")
    }
    let mornings = try benchmark.run(
      in: Home(root: folder.appendingPathComponent("home")),
      isInterrupted: { Interruption.isRequested }, note: note)
    try invocation.keep(
      MorningsReport(mornings).document, of: mornings, in: folder, as: "mornings")
    if Interruption.isRequested { throw Interrupted("interrupted; the same command goes on") }
  }
}
