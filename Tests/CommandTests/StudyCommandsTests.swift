import Foundation
import TestSupport
import Testing

@Suite struct StudyCommandsTests {
  @Test func aClaimIsPutToTheTest() throws {
    let folder = try TemporaryFolder()
    let circadian = CircadianProcess(home: folder / "home")
    let out = folder / "studies"
    let ran = try circadian.run(
      "study", "run", "muon-tail", "--quick", "--seeds", "1", "--out", out.path)
    #expect(ran.code == 0 && ran.output.contains("1 of 1 claims"), "\(ran.messages)")
    let files = Set(try FileManager.default.contentsOfDirectory(atPath: out.path))
    let wanted: Set = [
      "muon-tail.json", "muon-tail.md", "muon-tail.html", "muon-tail-1.svg", "index.md",
      "index.html",
    ]
    #expect(files.isSuperset(of: wanted), "\(files)")
    let drawing = try String(
      contentsOf: out.appendingPathComponent("muon-tail-1.svg"), encoding: .utf8)
    #expect(drawing.hasPrefix("<svg xmlns="))
  }

  @Test func whatIsNoStudyIsSaid() throws {
    let folder = try TemporaryFolder()
    let circadian = CircadianProcess(home: folder / "home")
    let unknown = try circadian.run("study", "run", "perpetual-motion")
    #expect(unknown.code == 64 && unknown.messages.contains("muon-tail"))
    #expect(try circadian.run("study", "run").code == 64)
    #expect(try circadian.run("study", "run", "muon-tail", "--all").code == 64)
    let listed = try circadian.run("study", "list")
    #expect(listed.code == 0 && listed.output.contains("lecun-1989"))
    let absent = try circadian.run(
      "study", "run", "lecun-1989", "--quick", "--data", folder.url.path, "--out",
      (folder / "studies").path)
    #expect(absent.code == 74 || absent.code == 65)
    #expect(absent.messages.contains("images/mnist"), "\(absent.messages)")
  }
}
