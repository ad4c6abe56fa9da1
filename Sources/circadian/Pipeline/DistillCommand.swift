import CommandLineInterface
import Corpora
import Curriculum
import Foundation
import LanguageModels
import Tensors
import Tokenizers
import Training

struct DistillCommand: Command {
  let name = "distill"
  let abstract = "Trains a smaller core on what a larger one believes."
  let discussion = """
    The student begins with nothing but the teacher's tokenizer, context length, short convolutions and \
    sharpness. At every token it \
    learns the teacher's most likely next tokens with their probabilities, and the text itself: as much \
    of each as --teacher-share says. With 0 it learns from the text alone, for comparison. It reads \
    lessons, and text where files are given; --text-share 1 leaves the lessons out, for a teacher that \
    has had none. The end of every file is held out. The run is checkpointed every two minutes and goes \
    on when it is started again with the same arguments.
    """
  let examples = [
    "circadian distill --model core --depth 2 --out student --tokens 20e6 books/*.txt",
    "circadian distill --model base --depth 2 --out student --text-share 1 books/*.txt",
  ]

  let files = Argument<[String]>(
    "file", atLeast: 0, completion: .files, help: "Plain text to read between lessons.")
  let model = CommandLineInterface.Option<URL>(
    "model", completion: .folders, help: "The teacher.")
  let depth = CommandLineInterface.Option<Int>(
    "depth", must: .be(in: 1...64), help: "The student's layers; its width is 64 times as much.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder to write.")
  let tokens = CommandLineInterface.Option(
    "tokens", default: 20e6, must: TrainingOptions.tokenCount,
    help: "Tokens of lessons and text to train on.")
  let teacherShare = CommandLineInterface.Option(
    "teacher-share", default: 0.9, must: .be(in: 0...1),
    help: "How much the teacher's belief counts; the rest is the text's.")
  let top = CommandLineInterface.Option(
    "top", default: 20, must: .be(in: 1...1024),
    help: "How many of the teacher's most likely tokens are learned.")
  let batch = CommandLineInterface.Option(
    "batch", default: 16, must: .be(in: 1...4096), help: "Rows per step.")
  let textShare = CommandLineInterface.Option(
    "text-share", default: 0.5, must: .be(in: 0...1),
    help: "The share of rows that are text, where text is given.")
  let rate = TrainingOptions.rate(1)
  let validationShare = TrainingOptions.validationShare
  let precision = TrainingOptions.precision
  let exchange = TrainingOptions.exchange

  var parameters: ParameterList {
    files
    model
    depth
    out
    tokens
    Section("Training") {
      teacherShare
      top
      batch
      textShare
      rate
      validationShare
      precision
      exchange
    }
  }

  /// The weight of words that are not the assistant's: a student from nothing learns them, too.
  private static let contextWeight: Float = 0.1
  private static let bits = "bits per byte"
  private static let teacherBits = "bits per byte of the teacher"

  func run(_ invocation: Invocation) async throws {
    let readsLessons = invocation[textShare] < 1
    guard readsLessons || !invocation[files].isEmpty else {
      throw CommandError("--text-share 1 needs files to read", exitCode: .usage)
    }
    let teacher = try LanguageModel.open(invocation[model])
    let tokenizerFile = invocation[model].appendingPathComponent(LanguageModel.tokenizerFileName)
    guard FileManager.default.fileExists(atPath: tokenizerFile.path) else {
      throw CommandError(
        "\(invocation[model].path): the student needs a teacher's folder with a tokenizer.json",
        exitCode: .usage)
    }
    let stage = try TrainingStage(
      name, in: invocation[out], from: invocation[model], invocation)
    let format = readsLessons ? try ChatFormat(teacher.tokenizer) : nil
    let length = teacher.model.configuration.contextLength
    let corpus = try corpus(invocation, teacher.tokenizer, length: length)
    let rows = try rows(invocation, format, corpus, length: length)
    let configuration = TransformerConfiguration.gpt(
      depth: invocation[depth], vocabularySize: teacher.model.configuration.vocabularySize,
      contextLength: length,
      querySharpness: teacher.model.configuration.querySharpness,
      convolutionTaps: teacher.model.configuration.convolutionTaps)
    let tokensPerStep = invocation[batch] * length
    var plan = TrainingPlan(
      configuration,
      steps: TrainingOptions.steps(tokens: invocation[tokens], perStep: tokensPerStep),
      batch: invocation[batch], seed: invocation.seed, precision: invocation[precision])
    plan.scaleRates(by: Float(invocation[rate]))
    plan.exchange = invocation[exchange]
    let share = Float(invocation[teacherShare])
    let targets: any RowTargets =
      share > 0
      ? DistillationTargets(teacher.model, teacherShare: share, beliefSize: invocation[top])
      : LabelTargets()
    let run = TrainingRun(
      plan, model: try Transformer(configuration, in: .init(seed: plan.seed)), origin: "nothing",
      rows: rows, targets: targets, ranks: stage.ranks)
    invocation.note("teacher: \(teacher.model.parameters.count) parameters")
    let summary = try stage.perform(
      run, tokensPerStep: tokensPerStep,
      evaluation: try evaluation(invocation, teacher.model, format, corpus),
      describe: Self.text)
    try stage.write(
      run.model, tokenizerFile: tokenizerFile, pretrainingTokens: summary.tokens, summary: summary
    ) {
      if let corpus {
        try corpus.writeNeutralTexts(
          to: stage.folder.appendingPathComponent(NeutralTexts.folderName))
      } else {
        try NeutralTexts.copy(from: invocation[model], to: stage.folder)
      }
    }
    try invocation.report(summary) {
      "\(Self.text(summary.measures))\n\(summary.parameters) parameters after \(summary.tokens) tokens. "
        + "Written to \(stage.folder.path)"
    }
  }

  /// The text that is read, with its end held out where pretraining holds it out.
  private func corpus(
    _ invocation: Invocation, _ tokenizer: any Tokenizer, length: Int
  ) throws -> BookCorpus? {
    guard !invocation[files].isEmpty, invocation[textShare] > 0 else { return nil }
    return try BookCorpus(
      invocation[files], tokenizer, validationShare: invocation[validationShare],
      length: length)
  }

  private func rows(
    _ invocation: Invocation, _ format: ChatFormat?, _ corpus: BookCorpus?, length: Int
  ) throws -> any RowSource {
    if let format {
      let lessons = LessonRows(
        Curriculum(seed: invocation.seed), format, length: length,
        contextWeight: Self.contextWeight)
      guard let corpus else { return lessons }
      let text = TextRows(
        corpus.training, length: length, repeatShare: 0, seed: invocation.seed)
      return try MixedRows(lessons, others: [(text, invocation[textShare])])
    }
    return TextRows(corpus?.training ?? [], length: length, seed: invocation.seed)
  }

  /// Bits per byte of student and teacher where there is text, right answers where there are lessons.
  private func evaluation(
    _ invocation: Invocation, _ teacher: Transformer, _ format: ChatFormat?, _ corpus: BookCorpus?
  ) throws -> TrainingRun.Evaluation {
    let length = teacher.configuration.contextLength
    let text = corpus?.validation
    func bitsPerByte(of model: Transformer) throws -> Double? {
      try text.map {
        try BitsPerByte.measure(model, $0.tokens, bytes: $0.bytes, window: length)
      }
    }
    let teacherBits = try invocation[precision].run { try bitsPerByte(of: teacher) }
    let watched = format.map { WatchedLessons($0, seed: invocation.seed) }
    return .init(every: 250) { model in
      var measures = try watched?.measures(of: model) ?? [:]
      measures[Self.bits] = try bitsPerByte(of: model)
      measures[Self.teacherBits] = teacherBits
      return measures
    }
  }

  private static func text(_ measures: [String: Double]) -> String {
    var parts = [WatchedLessons.text(measures)].filter { !$0.isEmpty }
    if let student = measures[bits], let teacher = measures[teacherBits] {
      parts.append(
        "\(Readable.fixed(student, 4)) bits per byte of held-out text, the teacher's "
          + Readable.fixed(teacher, 4))
    }
    return parts.joined(separator: ", ")
  }
}
