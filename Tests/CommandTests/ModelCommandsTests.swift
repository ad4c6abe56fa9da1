import Foundation
import LanguageModels
import TestSupport
import Testing

/// What the commands about published models say where something is wrong; what they write is compared in LanguageModelsTests.
@Suite struct ModelCommandsTests {
  let folder: TemporaryFolder
  let circadian: CircadianProcess

  init() throws {
    folder = try TemporaryFolder()
    circadian = CircadianProcess(home: folder / "home")
  }

  @Test func whatIsNoModelIsNamed() throws {
    try Data(#"{"model_type": "mamba"}"#.utf8).write(to: folder / "config.json")
    let shown = try circadian.run("model", "show", folder.url.path)
    #expect(shown.code == 65)
    #expect(shown.messages.contains("mamba") || shown.messages.contains("model.safetensors"))
    let missing = try circadian.run("model", "show", (folder / "none").path)
    #expect(missing.code != 0 && missing.messages.contains("none"))
  }

  @Test func logitsNeedOneModelAndOneText() throws {
    let out = (folder / "logits.safetensors").path
    #expect(try circadian.run("model", "logits", "--tokens", "1", "--out", out).code == 64)
    #expect(!FileManager.default.fileExists(atPath: out))
  }

  @Test func anIndividualOfTheProjectsOwnCoreCannotBeExported() throws {
    try circadian.run("new", "ada")
    let exported = try circadian.run("export", "ada", (folder / "adapter").path)
    #expect(exported.code == 65, "\(exported.messages)")
    #expect(exported.messages.contains("config.json"))
    #expect(!FileManager.default.fileExists(atPath: (folder / "adapter").path))
  }
}
