import Corpora
import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct PeopleTests {
  @Test func wordsSharesAndDatesAreCounted() throws {
    let people = People(
      reading:
        episode(
          "Later", show: "Mills", on: "2021-03-04", ("Oona Brandle", "It’s a well-known mill."),
          ("Host", "Is it?"), (nil, "Music plays.")),
      episode("Undated", ("Oona Brandle", "No date here.")),
      episode(
        "Earlier", show: "Looms", on: "2019-12-31", ("Brandle", "One two."),
        ("Tobias Fenwright", "One two three four."), ("Oona Brandle", "Three four.")))
    let oona = try #require(people.persons(called: "oona").first)
    #expect(oona.appearances.map(\.title) == ["Earlier", "Later", "Undated"])
    #expect(oona.appearances.map(\.words) == [4, 5, 3])
    #expect(oona.appearances.map(\.share) == [0.5, 5.0 / 9, 1])
    #expect(oona.words == 12)
    #expect(oona.firstDate?.description == "2019-12-31")
    #expect(oona.lastDate?.description == "2021-03-04")
    #expect(oona.shows == ["Looms", "Mills"])
    #expect(people.persons.map(\.name) == ["Oona Brandle", "Tobias Fenwright"])
    #expect(people.unnamed.map(\.label) == ["Host"])
  }

  @Test func minutesAreKnownWhereTimesAre() {
    func minutes(_ segments: [(String, Double?, Double?, String)]) -> [Double?] {
      let document = Document(
        title: "t", sourceName: "t.srt", format: .subRip,
        segments: segments.map {
          Document.Segment(speaker: $0.0, start: $0.1, end: $0.2, text: $0.3, line: 1)
        })
      return People(reading: document).persons.sorted { $0.name < $1.name }
        .map { $0.appearances.first?.minutes }
    }
    #expect(
      minutes([("Ann", 0, 60, "one two"), ("Bob", 90, 120, "one"), ("Ann", 120, 150, "one")])
        == [1.5, 0.5], "ends are believed")
    #expect(
      minutes([("Ann", 0, nil, "one two"), ("Bob", nil, nil, "one"), ("Ann", 90, 90, "")])
        == [1, 0.5], "what stands between two times is shared by words")
    #expect(minutes([("Ann", nil, nil, "one two")]) == [nil])
    #expect(
      minutes([("Ann", 0, 60, "one"), ("Ann", nil, nil, "two three four five")]) == [nil],
      "a time here and there tells nothing")
  }

  @Test func aTalkIsItsOnlySpeakers() {
    var talk = episode("A talk", (nil, "Copper is soft."), (nil, "Tin is softer."))
    talk.speakers = ["Oona Brandle"]
    #expect(People(reading: talk).persons.first?.words == 6)
    talk.speakers = ["Oona Brandle", "Ines Harrowgate"]
    #expect(People(reading: talk).persons.isEmpty, "nobody knows who says it")
  }

  @Test func titlesOfANumberedSeriesAreAShow() {
    let people = People(
      reading: episode("Mill Time 9", ("Oona Brandle", "Nine.")),
      episode("Mill Time 10", ("Oona Brandle", "Ten.")),
      episode("Catch 22", ("Oona Brandle", "One.")))
    let appearances = people.persons.first?.appearances ?? []
    #expect(appearances.map(\.show) == [nil, "Mill Time", "Mill Time"])
    #expect(appearances.map(\.title) == ["Catch 22", "Mill Time 9", "Mill Time 10"])
  }

  @Test func periodsAreMonthsOrYears() {
    func periods(_ dates: String...) -> [String] {
      Timeline(dates.compactMap { CalendarDate(firstIn: $0) }).periods
        .map { "\($0.name) \($0.appearances)" }
    }
    #expect(
      periods("2020-11-30", "2021-01-02", "2021-01-20")
        == ["2020-11 1", "2020-12 0", "2021-01 2"])
    #expect(periods("2019-01-01", "2021-01-01") == ["2019 1", "2020 0", "2021 1"])
    #expect(periods("0203-01-01", "2021-01-01") == ["0203 1", "2021 1"], "no thousand columns")
    #expect(periods().isEmpty)
  }

  @Test func theJournalKeepsWhoSpeaks() throws {
    let folder = try TemporaryFolder()
    let journal = try Individual.create(name: "ada", core: .example, in: folder.home).journal
    let document = episode("Mills", on: "2021-03-04", ("Oona Brandle", "Copper is soft."))
    _ = try journal.appendDocument(
      title: document.title, text: document.plainText, show: "Metals",
      annotations: String(decoding: try JSONEncoder().encode(document), as: UTF8.self))
    _ = try journal.appendDocument(title: "A book", text: "Nobody is named.")
    let read = try journal.documents()
    #expect(read.map(\.document.title) == ["Mills"])
    #expect(People(read).persons.first?.shows == ["Metals"])
    _ = try journal.appendDocument(title: "Other", text: "Other.", annotations: "[1]")
    #expect(throws: IndividualError.self) { try journal.documents() }
  }
}
