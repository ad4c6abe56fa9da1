import CommandLineInterface
import Corpora
import Files
import Foundation
import LanguageModels
import Tensors
import Tokenizers
import Training

extension Precision: CommandLineValue {}

struct PretrainCommand: Command {
  let name = "pretrain"
  let abstract = "Trains a core from nothing on plain text."
  let discussion = """
    One dial, --depth, sets width, heads and learning rates. The run is checkpointed every two minutes \
    and goes on from there when it is started again with the same arguments. The end of every file is \
    held out for validation.

    Beside the model, the folder receives metrics.jsonl and two texts for the nights of individuals \
    that live on it: neutral/keep.txt from the training text, neutral/held-out.txt from the held-out.
    """
  let examples = [
    "circadian pretrain --depth 4 --tokenizer tokenizer.json --out core --epochs 4 books/*.txt"
  ]

  let files = Argument<[String]>("file", completion: .files, help: "Plain text.")
  let tokenizer = CommandLineInterface.Option<String>(
    "tokenizer", completion: .files, help: "The tokenizer.json to use.")
  let out = CommandLineInterface.Option<URL>(
    "out", completion: .folders, help: "The folder to write.")
  let depth = CommandLineInterface.Option(
    "depth", default: 4, must: .be(in: 1...64), help: "Layers; the width is 64 times as much.")
  let context = CommandLineInterface.Option(
    "context", default: 512, must: .be(in: 16...65_536), help: "Tokens per window.")
  let batch = CommandLineInterface.Option(
    "batch", default: 32, must: .be(in: 1...4096), help: "Windows per step.")
  let epochs = CommandLineInterface.Option<Double?>(
    "epochs", must: .be(above: 0),
    help: "How often the text is gone through, instead of 20 tokens a parameter.")
  let validationShare = CommandLineInterface.Option(
    "validation-share", default: 0.005, must: .be(in: 0.0001...0.5),
    help: "The share of every file, at its end, that is held out.")
  let precision = CommandLineInterface.Option(
    "precision", default: Precision.fastest, help: "In which matrix products are computed.")

  var parameters: ParameterList {
    files
    tokenizer
    out
    depth
    Section("Training") {
      context
      batch
      epochs
      validationShare
      precision
    }
  }

  private struct Report: Encodable {
    var folder: String
    var parameters, tokens, steps: Int
    var validationBitsPerByte: Double?
  }

  func run(_ invocation: Invocation) async throws {
    guard invocation[precision] == .float32 || Precision.fastest == .bfloat16 else {
      throw CommandError(
        "this processor has no bfloat16 products: leave --precision out", exitCode: .usage)
    }
    let folder = invocation[out]
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let tokenizerFile = URL(fileURLWithPath: invocation[tokenizer])
    let tokenizer = try TokenizerFile.load(tokenizerFile.path)
    let corpus = try BookCorpus(
      invocation[files], tokenizer, validationShare: invocation[validationShare])
    let configuration = TransformerConfiguration.gpt(
      depth: invocation[depth], vocabularySize: tokenizer.vocabularySize,
      contextLength: invocation[context])
    guard corpus.training.count > 2 * configuration.contextLength else {
      throw TrainingError.tooShort(
        file: invocation[files].joined(separator: ", "), tokens: corpus.training.count,
        needed: 2 * configuration.contextLength)
    }
    let tokensPerStep = invocation[batch] * configuration.contextLength
    var plan = Pretraining.Plan(
      configuration, steps: 0, batch: invocation[batch], seed: invocation.seed,
      precision: invocation[precision])
    let model = try Transformer(configuration, in: .init(seed: plan.seed))
    let tokens =
      invocation[epochs].map { $0 * Double(corpus.training.count) }
      ?? 20 * Double(model.parameters.count)
    plan.steps = max(Int(tokens / Double(tokensPerStep)), 1)
    plan.schedule.warmupSteps = min(20, plan.steps / 10)
    invocation.note(
      "\(model.parameters.count) parameters, \(corpus.training.count) tokens of text, "
        + "\(plan.steps) steps of \(tokensPerStep) tokens, \(plan.precision.rawValue)")

    let run = try Pretraining(plan, tokens: corpus.training)
    let metrics = try MetricsLog(folder.appendingPathComponent("metrics.jsonl"))
    let start = Date()
    var first: Int?
    var validation: Double?
    let isComplete = try run.run(
      checkpoint: folder.appendingPathComponent("checkpoint.safetensors"),
      validation: corpus.validation, isInterrupted: { Interruption.isRequested },
      report: { line in
        try metrics.append(line)
        validation = line.validationBitsPerByte ?? validation
        let begin = first ?? line.step - 1
        first = begin
        let perStep = Date().timeIntervalSince(start) / Double(line.step - begin)
        invocation.note(Self.text(line, left: perStep * Double(line.steps - line.step)))
      })
    guard isComplete else {
      throw Interrupted("interrupted; the same command goes on from the checkpoint")
    }
    try LanguageModel.write(
      run.model, tokenizerFile: tokenizerFile,
      pretrainingTokens: plan.steps * tokensPerStep, precision: .bfloat16, to: folder)
    let neutral = folder.appendingPathComponent("neutral")
    try FileManager.default.createDirectory(at: neutral, withIntermediateDirectories: true)
    for (name, text) in [("keep.txt", corpus.keep), ("held-out.txt", corpus.heldOut)] {
      try AtomicFile.write(Data(text.utf8), to: neutral.appendingPathComponent(name))
    }
    let report = Report(
      folder: folder.path, parameters: model.parameters.count,
      tokens: plan.steps * tokensPerStep, steps: plan.steps, validationBitsPerByte: validation)
    try invocation.report(report) {
      let bits = validation.map { Readable.fixed($0, 4) } ?? "?"
      return "\(report.parameters) parameters after \(report.tokens) tokens: \(bits) bits per byte "
        + "on held-out text. Written to \(report.folder)"
    }
  }

  private static func text(_ line: Pretraining.StepReport, left: Double) -> String {
    let validation = line.validationBitsPerByte.map { " | validation \(Readable.fixed($0, 4)) bpb" }
    return "step \(line.step)/\(line.steps) | loss \(Readable.fixed(line.loss, 4))"
      + " | rate \(Readable.fixed(Double(line.rate), 3))"
      + " | \(Int(line.tokensPerSecond)) tokens/s | \(Int(line.gigaflops)) GFLOP/s"
      + " | \(Duration.seconds(left).readable) left" + (validation ?? "")
  }
}

/// Plain text files as training tokens, with the end of each held out.
struct BookCorpus {
  private(set) var training: [Int32] = []
  private(set) var validation = Pretraining.Validation(tokens: [], bytes: 0)
  /// Excerpts of the training text, from all over it.
  private(set) var keep = ""
  private(set) var heldOut = ""

  /// Bytes of training text kept as excerpts, and bytes per excerpt.
  private static let (keepBytes, excerptBytes) = (1_200_000, 6_000)

  init(_ files: [String], _ tokenizer: any Tokenizer, validationShare: Double) throws {
    let begin = tokenizer.beginningOfText.map { [$0] } ?? []
    var texts: [(file: String, text: String)] = []
    try TextFiles(files).forEachChunk { chunk in
      if texts.last?.file == chunk.path {
        texts[texts.count - 1].text += chunk.text
      } else {
        texts.append((chunk.path, chunk.text))
      }
    }
    let total = texts.reduce(0) { $0 + $1.text.utf8.count }
    for (_, text) in texts {
      let bytes = Array(text.utf8)
      let cut = Self.paragraphEnd(
        bytes, after: Int(Double(bytes.count) * (1 - validationShare)))
      training += begin + tokenizer.encode(String(decoding: bytes[..<cut], as: UTF8.self))
      heldOut += String(decoding: bytes[cut...], as: UTF8.self)
      let excerpts = max(cut * Self.keepBytes / max(total, 1) / Self.excerptBytes, 1)
      for index in 0..<excerpts {
        let start = Self.paragraphEnd(bytes[..<cut], after: cut / excerpts * index)
        let end = Self.paragraphEnd(bytes[..<cut], after: min(start + Self.excerptBytes, cut))
        keep += String(decoding: bytes[start..<end], as: UTF8.self)
      }
    }
    validation = .init(tokens: tokenizer.encode(heldOut), bytes: heldOut.utf8.count)
  }

  /// The first end of a line at or after `offset`, or the end of all.
  private static func paragraphEnd(_ bytes: some RandomAccessCollection<UInt8>, after offset: Int)
    -> Int
  {
    let start = bytes.index(bytes.startIndex, offsetBy: min(offset, bytes.count))
    guard let line = bytes[start...].firstIndex(of: 0x0a) else { return bytes.count }
    return bytes.distance(from: bytes.startIndex, to: line) + 1
  }
}

/// A file of one JSON object a line, appended to.
struct MetricsLog {
  private let handle: FileHandle

  init(_ url: URL) throws {
    if !FileManager.default.fileExists(atPath: url.path) {
      try Data().write(to: url)
    }
    handle = try FileHandle(forWritingTo: url)
    try handle.seekToEnd()
  }

  func append(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try handle.write(contentsOf: try encoder.encode(value) + Data("\n".utf8))
  }
}
