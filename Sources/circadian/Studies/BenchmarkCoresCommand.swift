import CommandLineInterface
import Files
import Foundation
import LanguageModels
import Studies
import Tokenizers
import Training

struct BenchmarkCoresCommand: Command {
  let name = "cores"
  let abstract =
    "Cores with as many parameters, trained on the same text: bits per byte, speed, bytes of state."
  let discussion = """
    Every kind of core is trained from nothing on the same windows. A run that is complete is kept in the folder and not \
    done again; one that was interrupted goes on from its checkpoint. The results are cores.md and cores.html there.
    """
  let examples = [
    "circadian benchmark memory cores --tokenizer tokenizer.json --out results books/*.txt"
  ]

  let files = Argument<[String]>(
    "file", completion: .files, help: "Text or JSONL files, or folders of them.")
  let tokenizer = CommandLineInterface.Option<String>(
    "tokenizer", completion: .files, help: "The tokenizer.json to use.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder for results.")
  let architectures = CommandLineInterface.Option<[CoreArchitecture]>(
    "architecture",
    help:
      "A core to train, instead of gpt, delta, titans, hope and hope-attention; may be repeated."
  )
  let depth = CommandLineInterface.Option(
    "depth", default: 2, must: .be(in: 1...64), help: "Layers; the width is 64 times as much.")
  let context = CommandLineInterface.Option(
    "context", default: 256, must: .be(in: 16...65_536), help: "Tokens per window.")
  let batch = CommandLineInterface.Option(
    "batch", default: 32, must: .be(in: 1...4096), help: "Windows per step.")
  let tokens = CommandLineInterface.Option(
    "tokens", default: 20e6, must: .be(in: 1...1e12), help: "Tokens to train on.")
  let rate = TrainingOptions.rate(0.5)
  let seeds = CommandLineInterface.Option(
    "seeds", default: 3, must: .be(in: 1...100), help: "Seeds, from --seed upwards.")

  var parameters: ParameterList {
    files
    tokenizer
    out
    architectures
    depth
    context
    batch
    tokens
    rate
    seeds
  }

  func run(_ invocation: Invocation) async throws {
    let folder = invocation[out]
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let tokenizer = try TokenizerFile.load(invocation[tokenizer])
    let chosen: [CoreArchitecture] =
      invocation[architectures].isEmpty
      ? [.gpt, .delta, .titans, .hope, .hopeAttention] : invocation[architectures]
    var outcomes: [TextCores.Outcome] = []
    for seed in (0..<UInt64(invocation[seeds])).map({ invocation.seed &+ $0 }) {
      for architecture in chosen {
        var plan = TextCores.Plan(
          architecture, vocabularySize: tokenizer.vocabularySize, seed: seed)
        plan.depth = invocation[depth]
        plan.context = invocation[context]
        plan.batch = invocation[batch]
        plan.tokens = Int(invocation[tokens])
        plan.rate = Float(invocation[rate])
        outcomes.append(try outcome(plan, tokenizer, in: folder, invocation))
      }
    }
    let report = TextCoresReport(outcomes).document
    try invocation.keep(report, of: outcomes, in: folder, as: "cores")
  }

  private func outcome(
    _ plan: TextCores.Plan, _ tokenizer: any Tokenizer, in folder: URL, _ invocation: Invocation
  ) throws -> TextCores.Outcome {
    let name = "cores-\(plan.architecture.rawValue)-\(plan.seed)"
    let file = folder.appendingPathComponent("\(name).json")
    let names = invocation[files].map { URL(fileURLWithPath: $0).lastPathComponent }
    let text = names.joined(separator: ", ")
    if let known = TextCores.Outcome.kept(in: file), known.plan == plan, known.text == text {
      return known
    }
    // Of one seed, all cores read the same windows in the same order.
    let corpus = try PretrainingCorpus(
      invocation[files], tokenizer, length: plan.context, validationShare: 0.02, seed: plan.seed,
      note: { invocation.note($0) })
    invocation.note("\(plan.architecture.rawValue), seed \(plan.seed): \(plan.steps) steps")
    _ = Interruption.isRequested
    let checkpoint = folder.appendingPathComponent("\(name).safetensors")
    let outcome = try TextCores(plan).run(
      on: corpus.rows, text: text, validation: corpus.validation, checkpoint: checkpoint,
      isInterrupted: { Interruption.isRequested },
      report: { line in
        guard let bits = line.measures?.values.first else { return }
        invocation.note(
          "step \(line.step)/\(line.steps) | loss \(Readable.fixed(line.loss, 3)) | "
            + "\(Readable.fixed(bits, 4)) bits per byte | \(Int(line.tokensPerSecond)) tokens/s")
      })
    guard let outcome else {
      throw Interrupted("interrupted; the same command goes on from the checkpoint")
    }
    try AtomicFile.write(JSONFormat.data(outcome), to: file)
    try? FileManager.default.removeItem(at: checkpoint)
    return outcome
  }
}
