import CommandLineInterface
import Corpora
import Curriculum
import Files
import Foundation
import Individuals
import LanguageModels
import Tensors
import Tokenizers
import Training

struct EvaluateCommand: Command {
  let name = "evaluate"
  let abstract = "Measures what a core can do, on worlds that it has never seen."
  let discussion = """
    Looking up facts in the context, by one step and by two; contradictions, of which the later stands; \
    saying that it does not know, and not saying so when it does; arithmetic with and without the \
    calculator; spelling; study questions from a passage; bits per byte of the held-out text beside the core, \
    where there is one; tasks of bAbI and GSM8K from files. Everything is written out by the core, greedily, with its tools at hand.
    """
  let examples = [
    "circadian evaluate", "circadian evaluate --model core --quick --json",
    "circadian evaluate --babi qa1_single-supporting-fact_test.txt --gsm8k test.jsonl",
  ]

  let model = CommandLineInterface.Option<URL?>(
    "model", completion: .folders, help: "A core's folder, instead of the one with the package.")
  let facts = CommandLineInterface.Option(
    "facts", default: 10, must: .be(in: 1...100), help: "Facts in a passage.")
  let quick = Flag("quick", help: "Ask a fraction of the questions, for a look.")
  let babi = CommandLineInterface.Option<[String]>(
    "babi", completion: .files, help: "A task as in bAbI to be tried as well; may be repeated.")
  let gsm8k = CommandLineInterface.Option<[String]>(
    "gsm8k", completion: .files,
    help: "Word problems as in GSM8K's JSONL to be tried as well; may be repeated.")
  let out = CommandLineInterface.Option<URL?>(
    "out", completion: .files, help: "Also write the result to this JSON file.")
  let answers = CommandLineInterface.Option<URL?>(
    "answers", completion: .files,
    help: "Write every question, what was expected and what was answered to this JSONL file.")
  let precision = TrainingOptions.precision

  var parameters: ParameterList {
    model
    facts
    quick
    babi
    gsm8k
    out
    answers
    precision
  }

  func run(_ invocation: Invocation) async throws {
    let start = Date()
    let folder = invocation[model] ?? DefaultCore.folder
    let core = try LanguageModel.open(folder)
    let format = try ChatFormat(core.tokenizer)
    var extent = invocation[quick] ? CoreEvaluation.Extent.quick : .init()
    extent.factCount = invocation[facts]
    // Before the asking begins: a file that cannot be read or written should not cost the minutes.
    let files = invocation[babi] + invocation[gsm8k]
    let stories = try invocation[babi].map {
      (name: Self.taskName($0, among: files), try BabiFile.read($0))
    }
    let problems = try invocation[gsm8k].map {
      (name: Self.taskName($0, among: files), try GSM8KFile.read($0))
    }
    let limit = extent.taskCount
    for file in [invocation[out], invocation[answers]].compactMap(\.self) {
      try AtomicFile.requireWritable(file)
    }
    invocation.note("asking; this takes a minute or two")
    let heldOut = NeutralTexts.heldOut(of: folder)
    let seed = invocation.seed
    let evaluation = try invocation[precision].run {
      var evaluation = try CoreEvaluation.measure(core.model, format, extent: extent, seed: seed)
      if let text = try? String(contentsOf: heldOut, encoding: .utf8) {
        try evaluation.addText(
          "bits per byte of held-out text", core.model, tokens: core.tokenizer.encode(text),
          bytes: text.utf8.count)
      }
      for (name, stories) in stories {
        try evaluation.addBabi(name, stories, limit: limit, core.model, format)
      }
      for (name, problems) in problems {
        try evaluation.addGSM8K(name, problems, limit: limit, core.model, format)
      }
      return evaluation
    }
    if evaluation.skipped > 0 {
      invocation.warn(
        "\(evaluation.skipped) questions do not fit the core's context of "
          + "\(core.model.configuration.contextLength) tokens and were not asked")
    }
    let report = EvaluationRecord(
      model: folder.path, seed: seed, seconds: Date().timeIntervalSince(start),
      rows: evaluation.rows)
    if let out = invocation[out] { try AtomicFile.write(JSONFormat.data(report), to: out) }
    if let file = invocation[answers] {
      let lines = try evaluation.answers.map { try JSONFormat.line($0) }
      try AtomicFile.write(Data(lines.joined()), to: file)
    }
    try invocation.report(report) { Self.table(evaluation) }
  }

  /// A file's name without its extension, its path where another file has the same name.
  private static func taskName(_ file: String, among files: [String]) -> String {
    func name(_ file: String) -> String {
      URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    }
    return files.count { name($0) == name(file) } > 1 ? file : name(file)
  }

  private static func table(_ evaluation: CoreEvaluation) -> String {
    func number(_ value: Double?) -> String { value.map { Readable.fixed($0, 3) } ?? "-" }
    var table = TextTable(
      "measure", .trailing("value"), .trailing("chance"), .trailing("ceiling"), .trailing("count"))
    for row in evaluation.rows {
      table.append(
        row.name, number(row.value), number(row.chance), number(row.ceiling), String(row.count))
    }
    return table.text
  }
}
