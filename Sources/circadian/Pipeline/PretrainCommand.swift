import CommandLineInterface
import Corpora
import Files
import Foundation
import LanguageModels
import Tensors
import Tokenizers
import Training

extension CoreArchitecture: CommandLineValue {}

struct PretrainCommand: Command {
  let name = "pretrain"
  let abstract = "Trains a core from nothing on plain text."
  let discussion = """
    One dial, --depth, sets width, heads and learning rates. The run is checkpointed every two minutes \
    and goes on from there when it is started again with the same arguments.

    Files and folders may hold plain text or JSONL (a "text" or "messages" a line), each also as .gz or \
    .zst. Plain text up to a gigabyte is held in memory and the end of every file is held out for \
    validation; anything else is read in a stream, and the last file is held out, or the end of a single one.

    Beside the model, the folder receives metrics.jsonl and two texts for the nights of individuals \
    that live on it: neutral/keep.txt from the training text, neutral/held-out.txt from the held-out.
    """
  let examples = [
    "circadian pretrain --depth 4 --tokenizer tokenizer.json --out core --epochs 4 books/*.txt"
  ]

  let files = Argument<[String]>(
    "file", completion: .files, help: "Text or JSONL files, or folders of them.")
  let tokenizer = CommandLineInterface.Option<String>(
    "tokenizer", completion: .files, help: "The tokenizer.json to use.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder to write.")
  let depth = CommandLineInterface.Option(
    "depth", default: 4, must: .be(in: 1...64), help: "Layers; the width is 64 times as much.")
  let architecture = CommandLineInterface.Option(
    "architecture", default: CoreArchitecture.gpt,
    help: "What carries something from token to token, and how the blocks learn.")
  let convolution = CommandLineInterface.Option(
    "convolution", default: 4, must: .be(in: 0...64),
    help: "Tokens that short convolutions mix before every attention and feed-forward; 0 for none.")
  let sharpness = CommandLineInterface.Option<Double>(
    "sharpness", default: 1.5, must: .be(in: 0.1...10),
    help:
      "What normalised queries are multiplied by: the higher, the better one token is singled out.")
  let context = CommandLineInterface.Option(
    "context", default: 512, must: .be(in: 16...65_536), help: "Tokens per window.")
  let batch = CommandLineInterface.Option(
    "batch", default: 32, must: .be(in: 1...4096), help: "Windows per step.")
  let epochs = CommandLineInterface.Option<Double?>(
    "epochs", must: .be(in: 1e-6...1e6),
    help: "How often the text is gone through, instead of 20 tokens a parameter.")
  let tokens = CommandLineInterface.Option<Double?>(
    "tokens", must: TrainingOptions.tokenCount,
    help: "Tokens to train on, instead of 20 a parameter.")
  let validationShare = TrainingOptions.validationShare
  let rate = TrainingOptions.rate(0.5)
  let precision = TrainingOptions.precision
  let exchange = TrainingOptions.exchange

  var parameters: ParameterList {
    files
    tokenizer
    out
    depth
    architecture
    convolution
    sharpness
    Section("Training") {
      context
      batch
      epochs
      tokens
      validationShare
      rate
      precision
      exchange
    }
  }

  func run(_ invocation: Invocation) async throws {
    guard invocation[epochs] == nil || invocation[tokens] == nil else {
      throw CommandError("give --epochs or --tokens, not both", exitCode: .usage)
    }
    let stage = try TrainingStage(name, in: invocation[out], invocation)
    let tokenizerFile = URL(fileURLWithPath: invocation[tokenizer])
    let tokenizer = try TokenizerFile.load(tokenizerFile.path)
    let length = invocation[context]
    let configuration = invocation[architecture].configuration(
      depth: invocation[depth], vocabularySize: tokenizer.vocabularySize, contextLength: length,
      querySharpness: invocation[sharpness] == 1 ? nil : Float(invocation[sharpness]),
      convolutionTaps: invocation[convolution] > 1 ? invocation[convolution] : nil)
    let corpus = try PretrainingCorpus(
      invocation[files], tokenizer, length: length,
      validationShare: invocation[validationShare], seed: invocation.seed,
      note: { invocation.note($0) })
    let tokensPerStep = invocation[batch] * length
    let model = try Transformer(configuration, in: .init(seed: invocation.seed))
    let budget = try self.budget(invocation, corpus, parameters: model.parameters.count)
    var plan = TrainingPlan(
      configuration, steps: TrainingOptions.steps(tokens: budget, perStep: tokensPerStep),
      batch: invocation[batch], seed: invocation.seed, precision: invocation[precision])
    plan.scaleRates(by: Float(invocation[rate]))
    plan.exchange = invocation[exchange]
    let run = TrainingRun(
      plan, model: model, origin: "nothing", rows: corpus.rows, ranks: stage.ranks)
    let validation = corpus.validation
    let summary = try stage.perform(
      run, tokensPerStep: tokensPerStep,
      evaluation: .init(every: 250) { model in
        [
          Self.measure: try BitsPerByte.measure(
            model, validation.tokens, bytes: validation.bytes, window: length)
        ]
      },
      describe: { "validation \(Readable.fixed($0[Self.measure] ?? 0, 4)) bits per byte" })
    try stage.write(
      model, tokenizerFile: tokenizerFile, pretrainingTokens: summary.tokens, summary: summary
    ) {
      try corpus.writeNeutralTexts(to: stage.folder.appendingPathComponent(NeutralTexts.folderName))
    }
    try invocation.report(summary) {
      "\(summary.parameters) parameters after \(summary.tokens) tokens: "
        + (summary.measures[Self.measure].map {
          "\(Readable.fixed($0, 4)) bits per byte on held-out text. "
        } ?? "")
        + "Written to \(stage.folder.path)"
    }
  }

  /// The tokens to train on.
  private func budget(
    _ invocation: Invocation, _ corpus: PretrainingCorpus, parameters: Int
  ) throws -> Double {
    if let tokens = invocation[tokens] { return tokens }
    guard let epochs = invocation[epochs] else { return 20 * Double(parameters) }
    guard let count = corpus.tokenCount else {
      throw CommandError(
        "a corpus that is read in a stream is not counted beforehand: give --tokens instead of --epochs",
        exitCode: .usage)
    }
    return epochs * Double(count)
  }

  private static let measure = "bits per byte"
}
