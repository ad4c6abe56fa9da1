import CommandLineInterface
import Corpora
import Curriculum
import Foundation
import LanguageModels
import Tensors
import Tokenizers
import Training

/// The options and the run that `midtrain` and `finetune` share: lessons between which text is read.
struct LessonTraining: Sendable {
  let files = Argument<[String]>(
    "file", atLeast: 0, completion: .files, help: "Plain text to go on reading between lessons.")
  let model = CommandLineInterface.Option<URL>(
    "model", completion: .folders, help: "The core to start from.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder to write.")
  let tokens: CommandLineInterface.Option<Double>
  let batch = CommandLineInterface.Option(
    "batch", default: 16, must: .be(in: 1...4096), help: "Rows per step.")
  let textShare: CommandLineInterface.Option<Double>
  let textWeight = CommandLineInterface.Option(
    "text-weight", default: 0.3, must: .be(in: 0.001...1),
    help: "How much a token of text counts; the assistant's count 1.")
  let rate: CommandLineInterface.Option<Double>
  let validationShare = TrainingOptions.validationShare
  let precision = TrainingOptions.precision
  let exchange = TrainingOptions.exchange

  let conversationFiles = ConversationFiles()

  init(tokens: Double, textShare: Double, rate: Double) {
    self.tokens = .init(
      "tokens", default: tokens, must: TrainingOptions.tokenCount,
      help: "Tokens of lessons and text to train on.")
    self.textShare = .init(
      "text-share", default: textShare, must: .be(in: 0...1),
      help: "The share of rows that are text, where text is given.")
    self.rate = TrainingOptions.rate(rate)
  }

  /// Trains, writes the folder, and reports.
  ///
  /// Over the share `growth` of the run, the lessons grow to their whole breadth.
  func run(
    _ stageName: String, contextWeight: Double, growth: Double = 0, _ invocation: Invocation
  ) throws {
    let stage = try TrainingStage(
      stageName, in: invocation[out], from: invocation[model], invocation)
    let core = try LanguageModel.open(invocation[model])
    let format = try ChatFormat(core.tokenizer)
    let length = core.model.configuration.contextLength
    var others: [(source: any RowSource, share: Double)] = []
    if !invocation[files].isEmpty, invocation[textShare] > 0 {
      let corpus = try BookCorpus(
        invocation[files], core.tokenizer, validationShare: invocation[validationShare],
        length: length)
      others.append(
        (
          TextRows(
            corpus.training, length: length, weight: Float(invocation[textWeight]),
            seed: invocation.seed),
          invocation[textShare]
        ))
    }
    let conversations = try conversationFiles.read(invocation)
    if !conversations.isEmpty {
      others.append(
        (
          try PackedRowSource(
            "\(conversations.count) conversations, digest \(try conversationFiles.digest(conversations))",
            length: length, beginningOfText: format.beginning, seed: invocation.seed,
            report: sparingly { invocation.note($0) },
            open: { ConversationSource(conversations, format, seed: invocation.seed) }),
          invocation[conversationFiles.share]
        ))
    }
    let tokensPerStep = invocation[batch] * length
    let steps = TrainingOptions.steps(tokens: invocation[tokens], perStep: tokensPerStep)
    let rows = try MixedRows(
      LessonRows(
        Curriculum(seed: invocation.seed), format, length: length,
        contextWeight: Float(contextWeight), growth: Int(growth * Double(steps))),
      others: others)
    var plan = TrainingPlan(
      core.model.configuration, steps: steps,
      batch: invocation[batch], seed: invocation.seed, precision: invocation[precision])
    plan.scaleRates(by: Float(invocation[rate]))
    plan.exchange = invocation[exchange]
    let run = TrainingRun(
      plan, model: core.model, origin: core.model.parameters.digest, rows: rows,
      ranks: stage.ranks)
    let watched = WatchedLessons(format, seed: invocation.seed)
    let summary = try stage.perform(
      run, tokensPerStep: tokensPerStep,
      evaluation: .init(every: 250, watched.measures), describe: WatchedLessons.text)
    let source = invocation[model]
    try stage.write(
      core.model, tokenizerFile: source.appendingPathComponent(LanguageModel.tokenizerFileName),
      pretrainingTokens: core.pretrainingTokens.map { $0 + summary.tokens }, summary: summary
    ) {
      try NeutralTexts.copy(from: source, to: stage.folder)
    }
    try invocation.report(summary) {
      "\(WatchedLessons.text(summary.measures))\n\(summary.parameters) parameters after \(summary.tokens) tokens. "
        + "Written to \(stage.folder.path)"
    }
  }
}
