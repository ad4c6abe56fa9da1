import CommandLineInterface
import Corpora
import Curriculum
import Foundation
import Individuals
import LanguageModels
import Layers
import Lens
import Tensors
import Training

struct LensTrainCommand: Command {
  let name = "train"
  let abstract = "Makes a lens: finds the concepts that a core's states are made of."
  let discussion = """
    A sparse autoencoder learns the core's states before one of its blocks while the core reads: every state as a sum of a few of many \
    directions. Without files it reads the novels that lie beside the core and texts about made-up worlds; with files, those and the same \
    worlds. The lens is written to --lens, or to the folder 'lens' at home.
    """
  let examples = [
    "circadian lens train", "circadian lens train --features 2048 notes/*.md --lens my-lens",
  ]

  let files = Argument<[URL]>(
    "file", atLeast: 0, help: "Texts that the core is to be seen reading.")
  let model = CommandLineInterface.Option<URL?>(
    "model", completion: .folders, help: "The core, instead of the package's own.")
  let lens = LensOptions.folder
  let block = CommandLineInterface.Option<Int?>(
    "block", must: .be(in: 0...4096),
    help: "Before which block states are read, instead of half-way up.")
  let features = CommandLineInterface.Option(
    "features", default: 1024, must: .be(in: 2...1_048_576), help: "How many concepts.")
  let kept = CommandLineInterface.Option(
    "kept", default: 16, must: .be(in: 1...1024), help: "How many a state is made of.")
  let steps = CommandLineInterface.Option(
    "steps", default: 1000, must: .be(in: 1...1_000_000), help: "Steps of 1,024 tokens.")

  var parameters: ParameterList {
    files
    model
    lens
    block
    features
    kept
    steps
  }

  private struct Report: Encodable {
    var lens: String
    var quality: AutoencoderTraining.Quality
  }

  func run(_ invocation: Invocation) async throws {
    let source = invocation[model] ?? DefaultCore.folder
    let core = try LanguageModel.open(source)
    let blocks = core.model.configuration.layerCount
    let height = invocation[block] ?? blocks / 2
    guard height <= blocks else {
      throw CommandError("--block \(height): the core has \(blocks) blocks", exitCode: .usage)
    }
    guard invocation[kept] <= invocation[features] else {
      throw CommandError("--kept is more than --features", exitCode: .usage)
    }
    var plan = Lens.Plan(block: height, seed: invocation.seed)
    plan.features = invocation[features]
    plan.kept = invocation[kept]
    plan.steps = invocation[steps]
    let start = Date()
    let trained = try Lens.trained(plan, for: core, on: tokens(core, source, invocation)) {
      step, loss in
      guard step.isMultiple(of: max(1, plan.steps / 20)) else { return }
      let left = Date().timeIntervalSince(start) / Double(step) * Double(plan.steps - step)
      invocation.note(
        "step \(step)/\(plan.steps) | left of a state \(Readable.percent(loss / Double(core.model.configuration.width))) | \(Duration.seconds(left).readable) left"
      )
    }
    let folder = LensOptions.place(invocation[lens], invocation)
    try trained.write(to: folder)
    try invocation.report(Report(lens: folder.path, quality: trained.quality)) {
      "\(plan.features) features, of which a state has \(Readable.fixed(trained.quality.featuresPerRow, 1)); "
        + "\(Readable.percent(trained.quality.unexplained)) of the states' variance is left. Written to \(folder.path)"
    }
  }

  private func tokens(
    _ core: LanguageModel, _ source: URL, _ invocation: Invocation
  ) throws -> [Int32] {
    var texts: [String] = []
    try TextFiles(invocation[files].map(\.path)).forEachChunk { texts.append($0.text) }
    if texts.isEmpty {
      texts = [try NeutralTexts.keep(of: source)].compactMap(\.self)
    }
    return texts.flatMap { core.tokenizer.encode($0) }
      + core.tokenizer.encode(WorldTexts.text(worlds: 400, seed: invocation.seed))
  }
}
