import Corpora
import Individuals
import Testing

@Suite struct PersonNameTests {
  private func people(_ names: [String]) -> People {
    People(reading: names.map { episode(of: $0) })
  }

  @Test(arguments: [
    "ines harrowgate", "INES HARROWGATE", "Harrowgate, Ines", "Dr. Ines Harrowgate",
    "Ines Harrowgate (Copper Mill)", "Ines Harrowgate [off stage]", "Ines Harrowgate, PhD",
    "Ines Harrowgate PhD", "Ines Harrowgate - Copper Mill", "Inès Harrowgate", "Ines Harowgate",
    "Ines Harrowgaet", "Ines B. Harrowgate", "I. Harrowgate", "Harrowgate", "Ines",
    "Professor Harrowgate", "**Ines Harrowgate**", "Harrowgate, Dr. Ines", "Ines Harrow-Gate",
    "Ines Harrowgate, Copper Mill Ltd", "Ines Harrowgate Jr.",
  ])
  func oneOfManyForms(form: String) {
    let people = people(["Ines Harrowgate", "Ines Harrowgate", form, "Oona Brandle"])
    #expect(people.appearances.count == 2, "\(people.appearances)")
    let person = people.persons.first
    #expect(person?.name.hasPrefix("Ines") == true, "\(people.appearances)")
    #expect(person?.appearances.count == 3)
    #expect(people.persons(called: form).map(\.name) == [person?.name])
  }

  @Test(arguments: [
    ["Chris Benwick", "Chris Marlow"], ["Daniel Harrowgate", "Daniela Harrowgate"],
    ["Chris Allen", "Chris Allne"], ["Tom Reed", "Tim Reed"],
    ["Ines Harrowgate", "Tobias Harrowgate"], ["Marlow Benwick", "Benwick Marlow"],
    ["John K. Thorne", "John B. Thorne"], ["Robert Tarlow Jr.", "Robert Tarlow Sr."],
    ["Ines Harrowgate", "Ines Harbaugate"], ["Harrowgate", "Fenwright"],
  ])
  func twoAreNotOne(names: [String]) {
    #expect(people(names).persons.count == 2)
  }

  @Test(arguments: [
    "Speaker 1", "SPEAKER_00", "Speaker4", "Host", "Co-Host", "Interviewer", "Break", "Unknown",
    "Narrator", "Audience member", "Audience Member 3", "Unknown Speaker", "Q", "A:", "12",
    "[Music]", "Senator", "Oona and Ines", "Oona & Ines", "Guest (Copper Mill)",
  ])
  func labelsThatNameNobody(label: String) {
    let people = people([label, label])
    #expect(people.persons.isEmpty)
    #expect(people.unnamed.map(\.episode) == [1, 2], "the same label may be two people")
    #expect(people.unnamed.allSatisfy { $0.label == label && $0.words == 4 })
  }

  @Test func theMostUsualFullFormIsShown() {
    let people = people(["Ines", "Ines", "Ines", "I. Harrowgate", "INES HARROWGATE"])
    #expect(people.persons.map(\.name) == ["INES HARROWGATE"])
    #expect(people.persons.first?.otherNames == ["Ines", "I. Harrowgate"])
    #expect(self.people(["Senator Oakes"]).persons.map(\.name) == ["Senator Oakes"])
  }

  @Test func aFirstNameIsWhoeverSpeaksThere() {
    let people = People(
      reading: episode(show: "Mills", of: "Chris Benwick", "Chris"),
      episode(show: "Mills", of: "Chris"), episode(show: "Looms", of: "Chris Marlow"),
      episode(show: "Looms", of: "Chris"), episode(show: "Kilns", of: "Chris"),
      episode(show: "Kilns", of: "Chris"), episode(show: "Barges", of: "Chris"))
    #expect(
      people.appearances == [
        "Chris (Barges): 1", "Chris (Kilns): 2", "Chris Benwick: 2", "Chris Marlow: 2",
      ])
    #expect(people.persons(called: "Chris").count == 4)
    #expect(people.persons(called: "chris (kilns)").map(\.name) == ["Chris (Kilns)"])
    #expect(people.persons(called: "Marlow").map(\.name) == ["Chris Marlow"])
  }

  @Test func oneInTheShowCountsBeforeOthersElsewhere() {
    let people = People(
      reading: episode(show: "Mills", of: "Chris Benwick"),
      episode(show: "Looms", of: "Chris Marlow"), episode(show: "Mills", of: "Chris"))
    #expect(people.appearances == ["Chris Benwick: 2", "Chris Marlow: 1"])
    let two = People(
      reading: episode(show: "Mills", of: "Chris Benwick", "Chris Marlow"),
      episode(show: "Mills", of: "Chris"))
    #expect(two.appearances == ["Chris Benwick: 1", "Chris Marlow: 1", "Chris: 1"])
  }

  @Test func aNameThatStandsAloneIsOnePersonEverywhere() {
    let people = People(
      reading: episode(show: "Mills", of: "Quillon"), episode(show: "Looms", of: "Quillon"),
      episode(show: "Mills", of: "BC"), episode(show: "Looms", of: "BC"))
    #expect(
      people.appearances == ["BC (Looms): 1", "BC (Mills): 1", "Quillon: 2"],
      "two letters are initials of anybody")
  }

  @Test func aSlipInASingleNameCountsWithinItsEpisode() {
    #expect(People(reading: episode(of: "Giulia Ferrant", "Guilia")).persons.count == 1)
    #expect(
      People(reading: episode(of: "Giulia Ferrant"), episode(of: "Guilia")).persons.count == 2)
  }

  @Test func theOrderOfReadingDoesNotCount() {
    let shows = ["Mills", "Looms", nil]
    let names = [
      "Chris Benwick", "Chris Marlow", "Chris", "Benwick", "Chris Benwick, PhD", "C. Marlow",
      "Chris Benwikc", "Christopher Marlow", "Marlow", "Chris J. Marlow", "Speaker 1",
      "Chris Marlwo",
      "Ines Harrowgate", "Ines Harowgate", "Ines Harrowgat", "Harrowgate", "Ines",
    ]
    var documents = names.enumerated().map { index, name in
      episode(
        "Episode \(index)", show: shows[index % 3],
        (name, String(repeating: "copper ", count: index + 1)),
        (names[(index * 5 + 3) % names.count], "Tin."))
    }
    func found() -> [String] {
      People(reading: documents).persons.map { person in
        let titles = person.appearances.map { "\($0.title) \($0.words)" }
        return "\(person.name) [\(person.otherNames.joined(separator: "|"))] \(titles)"
      }
    }
    let first = found()
    #expect(first.count > 3)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<30 {
      documents.shuffle(using: &generator)
      #expect(found() == first)
    }
  }
}
