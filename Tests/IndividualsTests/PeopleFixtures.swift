import Corpora
import Individuals

/// An episode in which each line is a turn.
func episode(
  _ title: String = "An episode", show: String? = nil, on date: String? = nil,
  _ turns: (speaker: String?, text: String)...
) -> Document {
  Document(
    title: title, show: show, date: date.flatMap { CalendarDate(firstIn: $0) },
    sourceName: "\(title).md", format: .speakerLabels,
    segments: turns.enumerated().map {
      Document.Segment(speaker: $1.speaker, text: $1.text, line: $0 + 1)
    })
}

/// An episode in which each of the names says the same.
func episode(show: String? = nil, of names: String...) -> Document {
  Document(
    title: "With \(names.joined(separator: " and "))", show: show, sourceName: "e.md",
    format: .speakerLabels,
    segments: names.enumerated().map {
      Document.Segment(speaker: $1, text: "Copper is mined here.", line: $0 + 1)
    })
}

extension People {
  init(reading documents: [Document]) {
    self.init(documents.enumerated().map { (episode: $0 + 1, document: $1) })
  }

  init(reading documents: Document...) { self.init(reading: documents) }

  /// What the persons are called, in alphabetical order, with their appearances.
  var appearances: [String] { persons.map { "\($0.name): \($0.appearances.count)" }.sorted() }
}
