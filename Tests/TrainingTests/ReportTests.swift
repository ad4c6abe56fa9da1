import Foundation
import TestSupport
import Testing
import Training

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Reports on runs that are finished, unfinished, missing in part, or broken.
@Suite struct ReportTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ path: String) throws {
    let url = folder / path
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private typealias Row = (name: String, value: Double, chance: Double?, ceiling: Double?)

  private func evaluate(_ stage: String, count: Int = 400, _ rows: Row...) throws {
    let rows = rows.map { row -> [String: Any] in
      let numbers = ["value": row.value, "chance": row.chance, "ceiling": row.ceiling]
      return (numbers.compactMapValues { $0 } as [String: Any])
        .merging(["name": row.name, "count": count]) { $1 }
    }
    let data = try JSONSerialization.data(withJSONObject: [
      "model": stage, "seed": 1, "seconds": 2, "rows": rows,
    ])
    try write(String(decoding: data, as: UTF8.self), "\(stage)/evaluation.json")
  }

  private func makeRun() throws {
    try write(
      """
      {"step":1,"steps":4,"loss":4.5,"rate":1,"tokensPerSecond":100,"gigaflops":3}
      {"step":2,"steps":4,"loss":9.9,"rate":1,"tokensPerSecond":100,"gigaflops":3}
      {"step":2,"steps":4,"loss":3.5,"rate":1,"tokensPerSecond":100,"gigaflops":3}
      {"step":3,"steps":4,"loss":3,"rate":1,"tokensPerSecond":100,"gigaflops":3}
      {"step":4,"steps":4,"loss":2.5,"tokensPerSecond":100,"measures":{"bits per byte":2.25}}
      """, "base/metrics.jsonl")
    try write(
      """
      {"stage":"pretrain","command":"pretrain --depth 1 <a>.txt","seed":7,"steps":4,"tokens":1200,
       "seconds":60,"parameters":1234567,"precision":"bfloat16","measures":{"bits per byte":2.25}}
      """, "base/stage.json")
    try evaluate(
      "base", ("lookup, 10 facts", 0.12, 0.1, 1), ("bits per byte of held-out text", 2.25, 8, nil),
      ("abstention, false refusals", 0.5, nil, 0))
    try write(
      """
      {"step":1,"steps":9,"loss":4.5,"tokensPerSecond":80}
      {"step":2,"steps":9,"loss":4,"tokensPerSecond":120,"measures":{"lookup":0.5,"two-hop":0.25}}
      {"step":3,"steps":9,"lo
      """, "mid/metrics.jsonl")
    try evaluate(
      "mid", ("lookup, 10 facts", 0.97, 0.1, 1), ("bits per byte of held-out text", 2.5, 8, nil),
      ("abstention, false refusals", 0.02, nil, 0))
  }

  @Test func finishedUnfinishedAndMissingStages() throws {
    try makeRun()
    let report = try PipelineReport(folder: folder.url)
    #expect(report.stages.map(\.state) == [.finished, .unfinished, .missing, .missing])
    #expect(report.stages[0].tokensPerSecond == 20)
    #expect(report.stages[1].tokensPerSecond == 120)
    #expect(report.stages[1].lastStep == 2)
    // Of a step that was done again the last line counts; a line being written does not.
    let curves = try #require(report.stages[0].curves)
    #expect(curves["loss"]?.points.map(\.y) == [4.5, 3.5, 3, 2.5])
    #expect(curves["bits per byte"]?.points == [.init(4, 2.25)])
    #expect(report.stages[1].plots.map(\.series.count) == [1, 2])
    #expect(report.commands == ["circadian pretrain --depth 1 <a>.txt"])
    let markdown = report.document.markdown
    #expect(markdown.contains("| midtrain | unfinished, at step 2 |"))
    #expect(markdown.contains("| reinforce | missing | - |"))
    #expect(markdown.contains("1,234,567"))
    #expect(markdown.contains("No arms were compared"))
    try write("pretrain: circadian pretrain 'a: b'\n", "commands.txt")
    #expect(try PipelineReport(folder: folder.url).commands == ["circadian pretrain 'a: b'"])
  }

  @Test func gainsAreToldByStage() throws {
    try makeRun()
    let report = try PipelineReport(folder: folder.url)
    #expect(
      report.gains.map(\.sentence) == [
        "pretrain: bits per byte of held-out text 8.00 -> 2.25; "
          + "of 2 measures 1 better than chance, 0 worse.",
        "midtrain: lookup, 10 facts 0.12 -> 0.97; of 3 measures 2 better than pretrain, 1 worse "
          + "(most of all bits per byte of held-out text 2.25 -> 2.50).",
        "finetune: missing.", "reinforce: missing.",
      ])
    let markdown = report.document.markdown
    #expect(
      markdown.contains(
        "| lookup, 10 facts | 0.100 | 0.120 | **0.970** +0.850 | - | - | 1.000 | 400 |"))
    #expect(markdown.contains("| 8.000 | **2.250** | 2.500 +0.250 | - | - | - | 400 |"))
    #expect(markdown.contains("| - | 0.500 | **0.020** -0.480 | - | - | 0.000 | 400 |"))
  }

  /// A stage that was not evaluated is stepped over; the next is compared with the last that was.
  @Test func changesWithinChanceAreNotClaimed() throws {
    try makeRun()
    try evaluate("reinforced", count: 40, ("lookup, 10 facts", 0.93, 0.1, 1))
    try write(
      """
      {"stage":"reinforce","command":"reinforce","seed":7,"steps":4,"tokens":1200,"seconds":60,
       "parameters":1,"precision":"bfloat16","measures":{"solved before":0.44,"solved":0.75}}
      """, "reinforced/stage.json")
    let report = try PipelineReport(folder: folder.url)
    #expect(
      report.gains[3].sentence
        == "reinforce: held-out problems of the kind that is practised solved 0.44 -> 0.75; "
        + "no measure is clearly better; of 1 measure 0 better than midtrain, 0 worse.")
    #expect(report.gains[3].changes.map(\.isClear) == [false])
    #expect(report.document.markdown.contains("| 0.930 -0.040 | 1.000 | 40 or 400 |"))
  }

  @Test func armsOverSeeds() throws {
    try makeRun()
    let runs = [
      ("imitation", 1, 0.42), ("outcome", 1, 0.55), ("imitation", 2, 0.46), ("outcome", 2, 0.65),
    ].map { ReinforcementArms.Run(arm: $0.0, seed: $0.1, before: 0.4, after: $0.2) }
    let arms = ReinforcementArms(measure: "addition, 5 digits", runs: runs)
    try write(
      String(decoding: JSONEncoder().encode(arms), as: UTF8.self), ReinforcementArms.fileName)
    let report = try PipelineReport(folder: folder.url)
    #expect(report.arms.map(\.name) == ["imitation", "outcome"])
    #expect(report.arms.map(\.seeds) == [2, 2])
    let markdown = report.document.markdown
    #expect(
      markdown.contains("| outcome | 2 | 0.400 | **0.600** | 0.550 to 0.650 | +0.200 |"))
    #expect(markdown.contains("| imitation | 2 | 0.400 | 0.440 | 0.420 to 0.460 | +0.040 |"))
  }

  /// Whatever stands in the files is text on the page, and the page refers to nothing outside.
  @Test func pageIsWellFormedAndSelfContained() throws {
    try makeRun()
    let name = "<script>alert('\"&')</script> | `x` *y*"
    try evaluate("tuned", (name, 0.5, nil, 1))
    try write("{\"step\":1,\"loss\":1,\"measures\":{\"<img src=x>\":0.5}}", "tuned/metrics.jsonl")
    let document = try PipelineReport(folder: folder.url).document
    let html = document.html
    #expect(!html.contains("<script") && !html.contains("<img"))
    #expect(html.contains("prefers-color-scheme: dark") && html.contains("name=\"viewport\""))
    #expect(!html.contains("src=\"") && !html.contains("url(") && !html.contains("href="))
    // Apart from the document type and elements without an end, the page is XML.
    let xml = html.replacing("<!DOCTYPE html>", with: "")
      .replacing(/<meta [^>]*>/, with: "")
    let parser = XMLParser(data: Data(xml.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError)) at \(parser.lineNumber)")
    let plots = html.components(separatedBy: "<figure>").count - 1
    #expect(plots == html.components(separatedBy: "role=\"img\"").count - 1)
    #expect(plots == html.components(separatedBy: "<details>").count - 1)
    #expect(plots == 6)
    #expect(
      document.markdown.contains(#"\<script>alert('"\&')\</script> \| \`x\` \*y\*"#))
  }

  @Test func brokenFilesAreNamed() throws {
    func message() -> String {
      do {
        _ = try PipelineReport(folder: folder.url)
        return ""
      } catch { return "\(error)" }
    }
    #expect(message().contains("holds no stage"))
    try makeRun()
    func evaluation(_ rows: String) -> String {
      "{\"model\":\"base\",\"seed\":1,\"seconds\":2,\"rows\":[\(rows)]}"
    }
    try write(evaluation("{\"name\":1}"), "base/evaluation.json")
    #expect(message().contains("base/evaluation.json") && message().contains("name"))
    try write(evaluation(""), "base/evaluation.json")
    #expect(message().isEmpty)
    try write("{\"steps\":", "mid/stage.json")
    #expect(message().contains("mid/stage.json") && message().contains("JSON"))
    #expect(throws: ReportError.self) { try PipelineReport(folder: folder / "none") }
  }
}
