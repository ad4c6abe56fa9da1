import CommandLineInterface
import Files
import Foundation
import Training

struct ReportCommand: Command {
  let name = "report"
  let abstract = "Reports on a run of the pipeline: every stage, its curves and what it gained."
  let discussion = """
    The folder holds the stages in folders of their own: base (pretrain), mid (midtrain), tuned \
    (finetune) and reinforced (reinforce), each with its stage.json and metrics.jsonl, and with the \
    evaluation.json that 'circadian evaluate --out' writes. What is missing or unfinished is said to be.

    Writes report.md and report.html into the folder. The page needs nothing else and works offline.
    """
  let examples = ["circadian report run", "circadian report run --json"]

  let folder = Argument<URL>("folder", completion: .folders, help: "The folder of the run.")

  var parameters: ParameterList { folder }

  private struct Document: Encodable {
    var folder: String
    var files: [String]
    var report: PipelineReport
  }

  func run(_ invocation: Invocation) async throws {
    let folder = invocation[folder]
    let report = try PipelineReport(folder: folder)
    let document = report.document
    let files = [("report.md", document.markdown), ("report.html", document.html)].map {
      (url: folder.appendingPathComponent($0.0), text: $0.1)
    }
    for file in files { try AtomicFile.write(Data(file.text.utf8), to: file.url) }
    let paths = files.map(\.url.path)
    try invocation.report(Document(folder: folder.path, files: paths, report: report)) {
      (report.gains.map(\.sentence) + ["Written to \(paths.joined(separator: " and "))"])
        .joined(separator: "\n")
    }
  }
}

extension ReportError: ExitCodeProviding {
  public var exitCode: ExitCode {
    switch self {
    case .noFolder, .unreadable: .inputOutput
    case .noStage, .malformed: .badData
    }
  }
}
