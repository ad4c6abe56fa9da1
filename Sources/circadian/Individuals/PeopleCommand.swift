import CommandLineInterface
import Corpora
import Files
import Foundation
import Individuals

struct PeopleCommand: Command {
  let name = "people"
  let abstract = "Shows who speaks in what an individual has read, and of what, over time."
  let discussion = """
    Without a person: everybody who speaks, by appearances. With one, by any form of the name: every \
    appearance, the themes that this person speaks of more than others do, and sentences that show them.

    Spellings and short forms of a name are one person where only one can be meant. Labels such as \
    "Speaker 1" or "Host" name nobody and are listed apart.
    """
  let examples = [
    "circadian people ada", "circadian people ada Karpathy",
    "circadian people ada \"Andrej Karpathy\" --page karpathy.html",
  ]

  let individual = Argument<String>("name", help: "Whose journal.")
  let person = Argument<String?>("person", help: "Whose appearances; everybody's unless given.")
  let page = CommandLineInterface.Option<URL?>(
    "page", completion: .files, help: "Also write the person's page to this file, as HTML.")

  var parameters: ParameterList {
    individual
    person
    page
  }

  func run(_ invocation: Invocation) async throws {
    if let page = invocation[page] {
      guard invocation[person] != nil else {
        throw UsageError.invalidCombination("--page writes one person's page: name a person")
      }
      try AtomicFile.requireWritable(page)
    }
    let reader = try invocation.individual(invocation[individual], access: .reading)
    let people = People(try reader.journal.documents())
    guard let query = invocation[person] else {
      let list = PeopleList(individual: reader.name, people)
      return try invocation.report(list) { list.text }
    }
    let profile = PersonProfile(try found(query, people, reader.name), among: people)
    if let page = invocation[page] {
      try AtomicFile.write(Data(PersonPage(profile).html.utf8), to: page)
      invocation.note("Written to \(page.path)")
    }
    try invocation.report(PersonReport(individual: reader.name, profile)) {
      PersonText(profile).text
    }
  }

  private func found(_ query: String, _ people: People, _ name: String) throws -> Person {
    guard !people.persons.isEmpty else {
      throw CommandError(PeopleList.nobody(name), exitCode: .usage)
    }
    let persons = people.persons(called: query)
    if let only = persons.first, persons.count == 1 { return only }
    guard persons.isEmpty else {
      throw CommandError(
        "'\(query)' may be \(Self.list(persons.map(\.name), "or")): write more of the name",
        exitCode: .usage)
    }
    let nearest = Self.nearest(to: query, among: people.persons)
    throw CommandError(
      "nobody called '\(query)' speaks in what \(name) has read"
        + (nearest.isEmpty ? "" : "; the nearest: \(Self.list(nearest, "and"))")
        + "; 'circadian people \(name)' lists all",
      exitCode: .usage)
  }

  /// Up to three names with the fewest edits to them or to one of their words, if at most half of it.
  private static func nearest(to query: String, among persons: [Person]) -> [String] {
    let sought = String(query.lowercased().prefix(64))
    let distances = persons.map { person in
      let name = person.name.lowercased()
      return ([name] + name.split(separator: " ").map(String.init))
        .map { Spelling.distance(sought, $0) }.min() ?? .max
    }
    return persons.indices.filter { 2 * distances[$0] <= sought.count }
      .sorted { (distances[$0], $0) < (distances[$1], $1) }.prefix(3).map { persons[$0].name }
  }

  private static func list(_ names: [String], _ conjunction: String) -> String {
    let most = 8
    let shown = names.prefix(most).map { "\"\($0)\"" }
    if names.count > most { return shown.joined(separator: ", ") + ", …" }
    guard let last = shown.last, shown.count > 1 else { return shown.joined() }
    return shown.dropLast().joined(separator: ", ") + " \(conjunction) \(last)"
  }
}
