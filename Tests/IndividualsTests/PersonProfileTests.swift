import Corpora
import Foundation
import Individuals
import Testing

@Suite struct PersonProfileTests {
  private static let barges = """
    The copper barges left the harbour before the winter came. Nobody paid for copper barges in \
    those years. You could see the copper barges from the tower on a clear morning. We asked Tobias.
    """
  private static let kilns = """
    A kiln wants dry wood and patience more than anything else here. My kiln burned for nine nights \
    without a pause. The kiln stood behind the bakery until the flood.
    """
  private static let others = """
    The bakery opens before the sun. The harbour freezes over in a hard winter. A tower needs a \
    roof. The flood took the bakery. Dry wood was sold by the harbour. The mayor counted the nights.
    """

  /// Enough of what others say that three uses of a word tell something.
  private static let much = Array(repeating: others, count: 12).joined(separator: " ")

  private static let people = People(
    reading:
      episode(
        "Barges", on: "2020-01-01", ("Oona Brandle", barges), ("Tobias Fenwright", much),
        ("Oona Brandle", "Tobias, the wheel, the wheel, the wheel, I said."),
        ("Tobias Fenwright", "Tobias? The wheel is mine. The wheel of the mill turns.")),
    episode("Kilns", on: "2020-02-01", ("Oona Brandle", kilns), ("Tobias Fenwright", much)))

  private func profile(_ name: String = "Oona Brandle") throws -> PersonProfile {
    PersonProfile(try #require(Self.people.persons(called: name).first), among: Self.people)
  }

  @Test func plantedThemesAreFound() throws {
    let profile = try profile()
    #expect(profile.themes.map(\.text) == ["copper barges", "kiln"])
    let barges = try #require(profile.themes.first)
    #expect(barges.uses == 3 && barges.sentences == 3)
    #expect(barges.perThousandWordsElsewhere == 0)
    #expect(profile.talks.map { $0.themes.map(\.text) } == [["copper barges"], ["kiln"]])
    #expect(try !self.profile("Tobias").themes.map(\.text).contains("kiln"))
  }

  @Test func theWeightIsTheLogLikelihoodRatio() throws {
    // Two rates, a of c words and b of d: 2 (a ln(a / E1) + b ln(b / E2)), with E1 = c (a + b) / (c + d).
    let profile = try profile()
    let kiln = try #require(profile.themes.last)
    let own = Double(profile.person.words)
    let elsewhere = Double(profile.wordsElsewhere)
    let expected = own * 3 / (own + elsewhere)
    #expect(abs(kiln.weight - 2 * 3 * log(3 / expected)) < 1e-9)
    #expect(abs(kiln.perThousandWords - 3000 / own) < 1e-9)
    let all = Self.people.persons.reduce(0) { $0 + $1.words }
    #expect(profile.person.words + profile.wordsElsewhere == all)
  }

  @Test func quotesAreSentencesThatShowThemes() throws {
    let quotes = try profile().quotes
    #expect(
      quotes.map(\.text) == [
        "The copper barges left the harbour before the winter came.",
        "A kiln wants dry wood and patience more than anything else here.",
      ])
    #expect(quotes.map(\.themes) == [["copper barges"], ["kiln"]])
    #expect(quotes.map(\.title) == ["Barges", "Kilns"])
    #expect(quotes.first?.citation == "Oona Brandle")
  }

  @Test func whatIsSaidOnceOrToSomebodyIsNoTheme() throws {
    let texts = try profile().themes.map { $0.text.lowercased() }
    #expect(!texts.contains("wheel"), "three times in one sentence")
    #expect(!texts.contains("tobias"), "a name of those who speak")
  }

  @Test func withNothingElseReadTheMostUsedWordsAreShown() throws {
    let people = People(reading: episode("Kilns", ("Oona Brandle", Self.kilns)))
    let profile = PersonProfile(try #require(people.persons.first), among: people)
    #expect(profile.wordsElsewhere == 0)
    #expect(profile.themes.map(\.text) == ["kiln"] && profile.themes.first?.weight == 0)
  }

  @Test func endlessSentencesAreQuotedInPart() throws {
    let endless = (0..<100).map { "word\($0)" }
    let text = (endless + ["quagga"] + endless + ["quagga"] + endless).joined(separator: " ")
    let people = People(
      reading: episode(
        "Zoo", ("Oona Brandle", "The quagga. So " + text),
        ("Tobias", Array(repeating: Self.much, count: 6).joined())))
    let profile = PersonProfile(
      try #require(people.persons(called: "Oona").first), among: people)
    let quote = try #require(profile.quotes.first { $0.themes.contains("quagga") })
    #expect(quote.text.hasPrefix("…") && quote.text.hasSuffix("…"))
    #expect(quote.text.split(separator: " ").count <= 36)
    #expect(quote.text.contains(" quagga "))
  }
}
