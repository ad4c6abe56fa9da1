import Briefs
import Foundation
import Individuals
import Sleep
import TestSupport
import Testing

@Suite struct BriefTests {
  private static let lamps = [
    "Maren painted the north tower green because the council had no other colour left.",
    "A storm took the weather vane in March, and a fisherman brought it back in May.",
    "The oil for the big lamp comes from a merchant who never gives his name.",
    "Tobias counts the steps aloud, and he has never once come to the same number.",
    "Under the stairs there is a door that opens only when the tide is out.",
  ]
  private static let ships = [
    "Two brothers built the yellow ferry out of a barn and eleven church benches.",
    "Captain Ilse sleeps with her boots on, since the night when the anchor slipped.",
    "Nobody insures a vessel whose mast was struck by lightning more than twice.",
    "The harbour master keeps a goat which eats the papers of unpaid cargo.",
    "When the fog horn broke, Korbin played the trumpet for nine hours in a row.",
  ]
  private static let day = zip(lamps, ships).flatMap { [$0, $1] }.joined(separator: "\n\n")

  private func sleep(_ individual: Individual, on text: String, _ title: String) throws -> Brief {
    _ = try individual.journal.appendDocument(title: title, text: text)
    let night = Night(
      individual, Fixture.settings(passes: 60), neutral: Fixture.neutral, rules: nil)
    _ = try night.sleep()
    return try #require(try individual.briefs().last)
  }

  /// How many of the quotes are among these.
  private func count(_ brief: Brief, in texts: [String]) -> Int {
    brief.insights.count { texts.contains($0.remark.quote) }
  }

  @Test func ofOneDayEverybodyIsToldWhatIsNewToThem() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    for (known, new) in [(Self.lamps, Self.ships), (Self.ships, Self.lamps)] {
      let individual = try Individual.create(
        name: known == Self.lamps ? "ada" : "ben", core: .opening(core.folder.path),
        in: Home(root: folder / "home"))
      _ = try sleep(individual, on: known.joined(separator: "\n\n"), "before")
      let brief = try sleep(individual, on: Self.day, "the day")
      #expect(count(brief, in: new) >= 4, "\(brief.insights.map(\.remark.quote))")
      #expect(count(brief, in: known) <= 1)
      #expect(brief.insights.allSatisfy { $0.belief != nil })
    }
  }

  @Test func whatIsReadAgainIsNothingNew() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let individual = try Fixture.individual(core, folder)
    let first = try sleep(individual, on: Self.day, "the day")
    let second = try sleep(individual, on: Self.day + "\n\nThat was all.", "the day again")
    #expect(first.insights.count == 5)
    // What the first night had not quite learned is the rest.
    func bits(_ brief: Brief) -> Double { brief.insights.reduce(0) { $0 + $1.novelty.bitsLearned } }
    #expect(second.insights.count <= 2)
    #expect(bits(second) < 0.1 * bits(first), "\(second.insights.map(\.novelty))")
    let told = first.insights.map(\.remark.quote)
    #expect(second.insights.allSatisfy { !told.contains($0.remark.quote) })
    // The baselines know no difference.
    let comparison = try BriefComparison(second, of: individual)
    #expect(comparison.choices.count == 5)
  }

  @Test func aForgottenDayIsNoLongerTold() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let individual = try Fixture.individual(core, folder)
    _ = try sleep(individual, on: Self.day, "the day")
    try individual.writeFeed()
    let feed = individual.folder.appendingPathComponent("feed.xml")
    #expect(try String(contentsOf: feed, encoding: .utf8).contains("the day"))
    _ = try individual.forget([1])
    #expect(!FileManager.default.fileExists(atPath: feed.path))
    try individual.writeFeed()
    #expect(try !String(contentsOf: feed, encoding: .utf8).contains("the day"))
  }
}
