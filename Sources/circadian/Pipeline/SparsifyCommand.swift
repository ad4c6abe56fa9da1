import CommandLineInterface
import Corpora
import Foundation
import Individuals
import LanguageModels
import Layers
import Tensors
import Training

struct SparsifyCommand: Command {
  let name = "sparsify"
  let abstract = "Makes a core that attends to everything one that attends to a few tokens only."
  let discussion = """
    An indexer beside every attention first learns what attention attends to, everything else left as it is; then the \
    core goes on learning with attention to what the indexer chooses (DeepSeek-V3.2). The text is what the core \
    was pretrained on, or such. Both parts are checkpointed and go on when the command is started again.
    """
  let examples = ["circadian sparsify --model core --out sparse --tokens 4e6 books/*.txt"]

  let files = Argument<[String]>(
    "file", completion: .files, help: "Text or JSONL files, or folders of them.")
  let model = CommandLineInterface.Option<URL?>(
    "model", completion: .folders, help: "A core's folder, instead of the one with the package.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder to write.")
  let kept = CommandLineInterface.Option(
    "kept", default: 64, must: .be(in: 1...65_536), help: "Tokens that a token attends to.")
  let heads = CommandLineInterface.Option(
    "index-heads", default: 2, must: .be(in: 1...64), help: "Heads of the indexer.")
  let warmup = CommandLineInterface.Option(
    "warmup-tokens", default: 1e6, must: .be(in: 1...1e12),
    help: "Tokens in which the indexer learns alone.")
  let tokens = CommandLineInterface.Option(
    "tokens", default: 4e6, must: .be(in: 1...1e12),
    help: "Tokens in which the core learns to attend to what is chosen.")
  let batch = CommandLineInterface.Option(
    "batch", default: 16, must: .be(in: 1...4096), help: "Windows per step.")
  let validationShare = TrainingOptions.validationShare
  let rate = TrainingOptions.rate(0.1)
  let precision = TrainingOptions.precision
  let exchange = TrainingOptions.exchange

  var parameters: ParameterList {
    files
    model
    out
    kept
    heads
    Section("Training") {
      warmup
      tokens
      batch
      validationShare
      rate
      precision
      exchange
    }
  }

  func run(_ invocation: Invocation) async throws {
    let source = invocation[model] ?? DefaultCore.folder
    let stage = try TrainingStage(name, in: invocation[out], from: source, invocation)
    let opened = try LanguageModel.open(source)
    guard opened.model.configuration.indexer == nil, opened.model.configuration.memory == nil else {
      throw CommandError(
        "\(source.path): expected a core whose attention sees everything", exitCode: .usage)
    }
    let sparse = try opened.model.sparse(
      .init(heads: invocation[heads], kept: invocation[kept]), seed: invocation.seed)
    let length = sparse.configuration.contextLength
    let corpus = try PretrainingCorpus(
      invocation[files], opened.tokenizer, length: length,
      validationShare: invocation[validationShare], seed: invocation.seed,
      note: { invocation.note($0) })
    let evaluation = TrainingRun.Evaluation(every: 250) { model in
      [
        Self.measure: try BitsPerByte.measure(
          model, corpus.validation.tokens, bytes: corpus.validation.bytes, window: length)
      ]
    }
    let perStep = invocation[batch] * length
    func perform(_ stage: TrainingStage, tokens: Double, isDense: Bool) throws -> StageSummary {
      sparse.parameters.setTrainable { !isDense || $0.contains(".indexer.") }
      var plan = TrainingPlan(
        sparse.configuration, steps: TrainingOptions.steps(tokens: tokens, perStep: perStep),
        batch: invocation[batch], seed: invocation.seed, precision: invocation[precision])
      plan.scaleRates(by: Float(invocation[rate]))
      plan.exchange = invocation[exchange]
      plan.denseSteps = isDense ? plan.steps : 0
      let run = TrainingRun(
        plan, model: sparse, origin: source.path, rows: corpus.rows, ranks: stage.ranks)
      return try stage.perform(
        run, tokensPerStep: perStep, evaluation: evaluation,
        describe: { "validation \(Readable.fixed($0[Self.measure] ?? 0, 4)) bits per byte" })
    }
    let before = try BitsPerByte.measure(
      opened.model, corpus.validation.tokens, bytes: corpus.validation.bytes, window: length)
    invocation.note("attending to everything: \(Readable.fixed(before, 4)) bits per byte")
    _ = try perform(
      TrainingStage(
        "indexer", in: stage.folder.appendingPathComponent("indexer"), from: source, invocation),
      tokens: invocation[warmup], isDense: true)
    let summary = try perform(stage, tokens: invocation[tokens], isDense: false)
    try stage.write(
      sparse, tokenizerFile: source.appendingPathComponent(LanguageModel.tokenizerFileName),
      pretrainingTokens: nil, summary: summary
    ) {
      try corpus.writeNeutralTexts(to: stage.folder.appendingPathComponent(NeutralTexts.folderName))
    }
    try invocation.report(summary) {
      "\(Readable.fixed(summary.measures[Self.measure] ?? 0, 4)) bits per byte on held-out text, "
        + "\(Readable.fixed(before, 4)) while it attended to everything. Written to "
        + stage.folder.path
    }
  }

  private static let measure = "bits per byte"
}
