import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct SkillTests {
  private func write(_ text: String, _ name: String, in folder: TemporaryFolder) throws -> URL {
    let skill = folder / "skills" / name
    try FileManager.default.createDirectory(at: skill, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: skill / Skill.fileName)
    return skill
  }

  private func skills(in folder: TemporaryFolder) throws -> Skills {
    _ = try write(
      "---\nname: tea\ndescription: How to brew tea at every hour\n---\nBoil the water.\n", "tea",
      in: folder)
    _ = try write(
      "---\r\nname: \"letters\"\r\ndescription: How to write letters to the council\r\n---\r\nBe polite.",
      "letters", in: folder)
    return try Skills(in: folder / "skills")
  }

  @Test func skillsAreRead() throws {
    let folder = try TemporaryFolder()
    let all = try skills(in: folder).all
    #expect(all.map(\.name) == ["letters", "tea"])
    #expect(all.map(\.body) == ["Be polite.", "Boil the water."])
    #expect(try Skills(in: folder / "nowhere").all.isEmpty)
  }

  @Test func onlyWhatIsCalledForIsRead() throws {
    let skills = try skills(in: TemporaryFolder())
    #expect(skills.relevant(to: "Please brew some TEA.")?.name == "tea")
    #expect(skills.relevant(to: "Tea?")?.name == "tea")
    #expect(skills.relevant(to: "I must write to the council.")?.name == "letters")
    // "How", "to" and "the" say nothing, and one shared word is chance.
    #expect(skills.relevant(to: "How do I get to the hour?") == nil)
    #expect(skills.relevant(to: "Where does Mara live?") == nil)
  }

  @Test(arguments: [
    ("no front matter", "a first line"), ("---\nname: x\n---\nbody", "description"),
    ("---\nname:\ndescription: y\n---\nbody", "name"),
    ("---\nname: x\ndescription: y\nbody", "a first line"),
    ("---\nname: x\ndescription: y\n---\n \n", "text after"),
  ])
  func badSkillsAreNamed(_ text: String, _ expected: String) throws {
    let folder = try TemporaryFolder()
    let skill = try write(text, "bad", in: folder)
    let error = #expect(throws: IndividualError.self) { try Skills(in: folder / "skills") }
    let description = error?.description ?? ""
    #expect(description.contains((skill / Skill.fileName).path))
    #expect(description.contains(expected), "\(description)")
  }

  @Test func skillsAreAddedWhole() throws {
    let folder = try TemporaryFolder()
    let ada = try Individual.create(name: "ada", core: .example, in: folder.home)
    #expect(try ada.skills().all.isEmpty)
    _ = try skills(in: folder)
    #expect(try ada.add(skillAt: folder / "skills" / "tea").name == "tea")
    _ = try write("---\nname: tea\ndescription: New\n---\nCold.", "tea", in: folder)
    _ = try ada.add(skillAt: folder / "skills" / "tea")
    #expect(try ada.skills().all.map(\.body) == ["Cold."])
    _ = try write("nothing", "bad", in: folder)
    #expect(throws: IndividualError.self) { try ada.add(skillAt: folder / "skills" / "bad") }
    #expect(try ada.skills().all.count == 1)
  }
}
