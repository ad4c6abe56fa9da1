import CommandLineInterface
import Corpora
import Individuals

/// Everybody who speaks in what an individual has read.
struct PeopleList: Encodable {
  struct Entry: Encodable {
    var name: String
    var otherNames: [String]
    var appearances, words: Int
    var firstDate, lastDate: CalendarDate?
    var shows: [String]
  }

  let individual: String
  let persons: [Entry]
  let unnamed: [UnnamedSpeaker]

  private static let unnamedLines = 10

  init(individual: String, _ people: People) {
    self.individual = individual
    persons = people.persons.map {
      Entry(
        name: $0.name, otherNames: $0.otherNames, appearances: $0.appearances.count,
        words: $0.words, firstDate: $0.firstDate, lastDate: $0.lastDate, shows: $0.shows)
    }
    unnamed = people.unnamed
  }

  static func nobody(_ individual: String) -> String {
    """
    nobody is named as a speaker in what \(individual) has read. Formats that say who speaks are \
    WebVTT with <v Name>, SRT, text and Markdown whose paragraphs begin with Name: or **Name:**, \
    headers such as Name: 00:01:02, and front matter with the one speaker of a talk.
    """
  }

  var text: String {
    let parts = [persons.isEmpty ? Self.nobody(individual) : table, unnamedTable]
    return parts.compactMap(\.self).joined(separator: "\n")
  }

  private var table: String {
    var table = TextTable(
      "person", .trailing("appearances"), .trailing("words"), "first", "last", "shows")
    for person in persons {
      table.append(
        person.name.truncated(toWidth: 40), "\(person.appearances)", "\(person.words)",
        person.firstDate.map { "\($0)" } ?? "", person.lastDate.map { "\($0)" } ?? "",
        person.shows.joined(separator: ", ").truncated(toWidth: 48))
    }
    return table.text
  }

  private var unnamedTable: String? {
    guard !unnamed.isEmpty else { return nil }
    var table = TextTable("unnamed", .trailing("words"), "episode")
    for label in unnamed.prefix(Self.unnamedLines) {
      table.append(
        label.label.truncated(toWidth: 40), "\(label.words)", label.title.truncated(toWidth: 60))
    }
    let more = unnamed.count - Self.unnamedLines
    return table.text + (more > 0 ? "and \(more) more (--json lists all)\n" : "")
  }
}
