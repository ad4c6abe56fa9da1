import CommandLineInterface
import Files
import Foundation
import LanguageModels
import Ranks
import Tensors
import Training

/// What every training command does around its run: one line a step, metrics, what is left, the summary.
struct TrainingStage {
  let name: String
  let folder: URL
  let invocation: Invocation
  /// Who trains; the first of them writes.
  let ranks: any RankGroup = Launch.ranks

  /// Makes the folder of a stage that goes on from the core at `source`, or from nothing.
  ///
  /// - Throws: a usage error when both are one: the core that a run began from must stay as it was.
  init(_ name: String, in folder: URL, from source: URL? = nil, _ invocation: Invocation) throws {
    if let source, Self.resolved(source) == Self.resolved(folder) {
      throw CommandError(
        "--out and --model are both \(folder.path): give the new core a folder of its own",
        exitCode: .usage)
    }
    self.name = name
    self.folder = folder
    self.invocation = invocation
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private static func resolved(_ url: URL) -> String {
    url.standardizedFileURL.resolvingSymlinksInPath().path
  }

  /// Runs to the end and returns the summary, which ``write(_:tokenizerFile:pretrainingTokens:summary:)`` writes.
  ///
  /// - Throws: `Interrupted` when it was; the same command goes on from the checkpoint.
  func perform(
    _ run: TrainingRun, tokensPerStep: Int, evaluation: TrainingRun.Evaluation?,
    describe: @escaping ([String: Double]) -> String
  ) throws -> StageSummary {
    var metrics = MetricsLog(folder.appendingPathComponent(StageFiles.metrics))
    let peak = try ranks.sum([MatrixPeak.gigaflops(run.plan.precision)])[0]
    let processes = ranks.count > 1 ? " by \(ranks.count) processes" : ""
    invocation.note(
      "\(run.model.parameters.count) parameters, \(run.plan.steps) steps of \(tokensPerStep) tokens\(processes), "
        + "\(run.plan.precision.rawValue); \(ranks.count > 1 ? "all together multiply" : "this machine multiplies") at \(Int(peak)) GFLOP/s"
    )
    let start = Date()
    var first: Int?
    var bar: ProgressBar?
    var last: [String: Double] = [:]
    // From here on Ctrl-C is taken at the end of a step.
    _ = Interruption.isRequested
    let isComplete = try run.run(
      checkpoint: folder.appendingPathComponent(StageFiles.checkpoint), evaluation: evaluation,
      isInterrupted: { Interruption.isRequested },
      report: { line in
        if first == nil { reopen() }
        try metrics.append(line)
        let begin = first ?? line.step - 1
        first = begin
        let share = line.gigaflops / peak
        let facts =
          "loss \(Readable.fixed(line.loss, 4)) | rate \(Readable.fixed(Double(line.rate), 3))"
          + " | \(Int(line.tokensPerSecond)) tokens/s | \(Int((share * 100).rounded()))% of peak"
        if let measures = line.measures { last = measures }
        if invocation.messages.isInteractive {
          let current = bar ?? invocation.progress(name, total: line.steps, startingAt: begin)
          bar = current
          current.update(to: line.step, detail: facts)
          if let measures = line.measures {
            current.note("step \(line.step): \(describe(measures))")
          }
        } else {
          let perStep = Date().timeIntervalSince(start) / Double(line.step - begin)
          let left = Duration.seconds(perStep * Double(line.steps - line.step)).readable
          invocation.note(
            "step \(line.step)/\(line.steps) | \(facts) | \(left) left"
              + (line.measures.map { " | \(describe($0))" } ?? ""))
        }
      })
    bar?.finish()
    guard isComplete else {
      throw Interrupted("interrupted; the same command goes on from the checkpoint")
    }
    return try finish(run, tokensPerStep: tokensPerStep, measures: last)
  }

  /// Removes the summary, which stands for a complete stage, and the evaluation: with a new step this one no longer
  /// is complete, and its core another.
  func reopen() {
    for name in [StageFiles.summary, StageFiles.evaluation] {
      try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }

  private func finish(
    _ run: TrainingRun, tokensPerStep: Int, measures: [String: Double]
  ) throws -> StageSummary {
    let lines = MetricsLog.read(
      TrainingRun.StepReport.self, from: folder.appendingPathComponent(StageFiles.metrics))
    let seconds = lines.reduce(0) { $0 + Double(tokensPerStep) / $1.tokensPerSecond }
    return StageSummary(
      stage: name, command: Self.command, seed: run.plan.seed, steps: run.plan.steps,
      tokens: run.plan.steps * tokensPerStep, seconds: seconds,
      parameters: run.model.parameters.count,
      precision: run.plan.precision.rawValue, measures: lines.last?.measures ?? measures)
  }

  /// The command line as a shell reads it, without the program's own path.
  static var command: String {
    CommandLine.arguments.dropFirst().map { word in
      let isPlain = word.allSatisfy {
        $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=:,+@".contains($0))
      }
      return isPlain && !word.isEmpty
        ? word : "'" + word.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
    }.joined(separator: " ")
  }

  /// Writes the trained model in its serving form, and last the summary, which says that the stage is complete.
  ///
  /// `others` writes what stands beside the model.
  func write(
    _ model: Transformer, tokenizerFile: URL, pretrainingTokens: Int?, summary: StageSummary,
    others: () throws -> Void = {}
  ) throws {
    // The others end when this has been written: a rank that goes before may take the whole job with it.
    defer { ranks.wait() }
    guard ranks.isFirst else { return }
    try others()
    try LanguageModel.write(
      model, tokenizerFile: tokenizerFile, pretrainingTokens: pretrainingTokens,
      precision: .bfloat16, to: folder)
    try AtomicFile.write(
      JSONFormat.data(summary), to: folder.appendingPathComponent(StageFiles.summary))
  }
}
