import CommandLineInterface
import Files
import Foundation
import Studies

struct StudyListCommand: Command {
  let name = "list"
  let abstract = "Lists the claims that can be put to the test."
  let discussion = "'circadian study run NAME' runs one."
  let examples = ["circadian study list"]

  var parameters: ParameterList {}

  private struct Line: Encodable {
    var name, title, place: String
  }

  func run(_ invocation: Invocation) async throws {
    let lines = Studies.all.map {
      Line(name: $0.name, title: $0.claim.title, place: $0.claim.place)
    }
    try invocation.report(lines) {
      let width = lines.map(\.name.count).max() ?? 0
      return lines.map { line in
        line.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + line.title
      }.joined(separator: "\n")
    }
  }
}

struct StudyRunCommand: Command {
  let name = "run"
  let abstract = "Puts a claim to the test, or all of them, and writes down the verdict."
  let discussion = """
    Every study leaves NAME.json, NAME.md, NAME.html and its plots (SVG; PNG where gnuplot is installed) in the folder, and index.md and index.html list all claims with their \
    verdicts. With --all, studies whose results are there already are not run again; one that is named is.
    """
  let examples = [
    "circadian study run in-context-descent",
    "circadian study run --all --quick --out studies",
  ]

  let names = Argument<[String]>(
    "name", atLeast: 0, help: "What 'circadian study list' calls the study; or several.")
  let all = Flag("all", help: "Run every study.")
  let quick = Flag("quick", help: "Smaller, so that all take half an hour together.")
  let out = CommandLineInterface.Option<URL>(
    "out", default: URL(fileURLWithPath: "studies"), completion: .folders,
    help: "The folder for results.")
  let seeds = CommandLineInterface.Option(
    "seeds", default: 3, must: .be(in: 1...100), help: "Seeds, from --seed upwards.")
  let data = CommandLineInterface.Option<String?>(
    "data", completion: .folders,
    help: "A folder with images/mnist or images/usps, for studies that can use them.")

  var parameters: ParameterList {
    names
    all
    quick
    out
    seeds
    data
  }

  func run(_ invocation: Invocation) async throws {
    let chosen = try self.chosen(invocation)
    let folder = invocation[out]
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let setting = StudySetting(
      isQuick: invocation[quick],
      seeds: (0..<UInt64(invocation[seeds])).map { invocation.seed &+ $0 }, data: invocation[data],
      note: { invocation.note($0) })
    var records: [StudyRecord] = []
    for study in chosen {
      let file = folder.appendingPathComponent("\(study.name).json")
      if invocation[all], let known = StudyRecord.kept(in: file),
        known.isQuick == setting.isQuick, known.seeds == setting.seeds
      {
        records.append(known)
        continue
      }
      invocation.note("\(study.name): \(study.claim.title)")
      let (record, page) = try study.completed(setting)
      try AtomicFile.write(JSONFormat.data(record), to: file)
      try invocation.write(page, in: folder, as: study.name)
      try invocation.writePlots(of: page, in: folder, as: study.name)
      invocation.note("\(study.name) \(record.verdict)")
      records.append(record)
    }
    let kept = Studies.all.compactMap {
      StudyRecord.kept(in: folder.appendingPathComponent("\($0.name).json"))
    }
    let index = StudyIndex(kept).document
    try invocation.write(index, in: folder, as: "index")
    try invocation.report(records) { index.markdown }
  }

  private func chosen(_ invocation: Invocation) throws -> [any Study] {
    let given = invocation[names]
    if invocation[all] {
      guard given.isEmpty else {
        throw CommandError("--all runs every study; leave out the names", exitCode: .usage)
      }
      return Studies.all
    }
    guard !given.isEmpty else {
      throw CommandError(
        "which study? Name one of 'circadian study list', or give --all", exitCode: .usage)
    }
    return try given.map { name in
      guard let study = Studies.named(name) else {
        throw CommandError(
          "there is no study '\(name)': expected one of "
            + Studies.all.map(\.name).joined(separator: ", "), exitCode: .usage)
      }
      return study
    }
  }
}
