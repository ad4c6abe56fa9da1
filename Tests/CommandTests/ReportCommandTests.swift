import Foundation
import TestSupport
import Testing

/// `circadian report` as a person runs it.
@Suite struct ReportCommandTests {
  let folder: TemporaryFolder
  let circadian: CircadianProcess

  init() throws {
    folder = try TemporaryFolder()
    circadian = CircadianProcess(home: folder / "home")
  }

  @Test func writesBothFilesAndOneDocument() throws {
    try FileManager.default.createDirectory(
      at: folder / "run/mid", withIntermediateDirectories: true)
    try Data(#"{"step":1,"loss":2.5}"#.utf8).write(to: folder / "run/mid/metrics.jsonl")
    let run = (folder / "run").path
    let result = try circadian.run("report", run)
    #expect(result.code == 0, "\(result.messages)")
    #expect(result.output.contains("pretrain: missing."))
    #expect(result.output.contains("midtrain: not evaluated yet."))
    #expect(try String(contentsOf: folder / "run/report.html", encoding: .utf8).contains("<svg"))
    #expect(try String(contentsOf: folder / "run/report.md", encoding: .utf8).contains("finetune"))
    let json = try circadian.run("report", run, "--json")
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
    let document = try #require(object as? [String: Any])
    #expect((document["report"] as? [String: Any])?["stages"] != nil)
  }

  @Test func badFolders() throws {
    let missing = try circadian.run("report", (folder / "none").path)
    #expect(missing.code == 74 && missing.messages.contains("none"))
    let empty = try circadian.run("report", folder.url.path)
    #expect(empty.code == 65 && empty.messages.contains("holds no stage"))
  }
}
