import Corpora
import Foundation

/// Who speaks in what was read.
public struct People: Sendable {
  /// By appearances, then words, then name.
  public let persons: [Person]
  /// By words; the same label in two episodes may be two people.
  public let unnamed: [UnnamedSpeaker]
  let documents: [ReadDocument]

  /// Finds the persons in documents, whatever their order.
  public init(_ documents: [(episode: Episode.ID, document: Document)]) {
    self.init(documents.map { ReadDocument(episode: $0.episode, $0.document) })
  }

  init(_ documents: [ReadDocument]) {
    self.documents = documents
    let shows = Series.shows(of: documents.map(\.document))
    var spoken: [Spoken] = []
    var unnamed: [UnnamedSpeaker] = []
    for (number, read) in documents.enumerated() {
      let speech = LabelledSpeech.all(in: read)
      let total = speech.values.reduce(0) { $0 + $1.words }
      for case (let label?, let part) in speech where part.words > 0 {
        if let name = PersonName(label) {
          spoken.append(
            Spoken(
              name: name, label: label, document: number, speech: part, total: total))
        } else {
          unnamed.append(
            UnnamedSpeaker(
              label: label, episode: read.episode, title: read.document.title, words: part.words))
        }
      }
    }
    let resolution = NameResolution(
      Set(spoken.map { .init(words: $0.name.words, episode: $0.document) }), shows: shows)
    let byPerson = Dictionary(grouping: spoken) {
      resolution.person($0.name.words, inEpisode: $0.document)
    }
    var persons = byPerson.values.map { Person($0, documents, shows) }
    persons.sort(by: Self.precedes)
    persons.tellNamesakesApart()
    self.persons = persons
    self.unnamed = unnamed.sorted {
      $0.words != $1.words
        ? $0.words > $1.words : ($0.title, $0.label, $0.episode) < ($1.title, $1.label, $1.episode)
    }
  }

  private static func precedes(_ a: Person, _ b: Person) -> Bool {
    if a.appearances.count != b.appearances.count {
      return a.appearances.count > b.appearances.count
    }
    if a.words != b.words { return a.words > b.words }
    return (a.name, a.appearances.first?.title ?? "") < (b.name, b.appearances.first?.title ?? "")
  }
}

/// What one label says in one document.
private struct Spoken {
  let name: PersonName
  let label: String
  let document: Int
  let speech: LabelledSpeech
  let total: Int
}

extension Person {
  /// Transcripts with a time here and there do not tell how long somebody speaks.
  private static let leastTimedShare = 0.8

  fileprivate init(_ spoken: [Spoken], _ documents: [ReadDocument], _ shows: [String?]) {
    let names = Self.names(spoken)
    name = names.first ?? ""
    otherNames = Array(names.dropFirst())
    appearances = Dictionary(grouping: spoken, by: \.document).map { number, parts in
      let (read, words) = (documents[number], parts.reduce(0) { $0 + $1.speech.words })
      let timed = parts.reduce(0) { $0 + $1.speech.timedWords }
      let seconds = parts.reduce(0) { $0 + $1.speech.seconds }
      return Appearance(
        episode: read.episode, title: read.document.title, show: shows[number],
        date: read.document.date, words: words,
        share: Double(words) / Double(max(parts.first?.total ?? 0, 1)),
        minutes: timed > 0 && Double(timed) >= Self.leastTimedShare * Double(words)
          ? seconds / 60 : nil,
        labels: Set(parts.map(\.label)), document: number)
    }
    .sorted(by: Self.precedes)
    words = appearances.reduce(0) { $0 + $1.words }
    firstDate = appearances.compactMap(\.date).min()
    lastDate = appearances.compactMap(\.date).max()
    self.shows = Set(appearances.compactMap(\.show)).sorted()
    forms = Set(spoken.map(\.name.words))
  }

  /// All names: the full ones first, then those of most episodes, of most words, in the order of letters.
  private static func names(_ spoken: [Spoken]) -> [String] {
    struct Use {
      var isFull = false
      var episodes = Set<Int>()
      var words = 0
    }
    var uses: [String: Use] = [:]
    for part in spoken {
      var use = uses[part.name.written] ?? Use()
      use.isFull = PersonName.isFull(part.name.words)
      use.episodes.insert(part.document)
      use.words += part.speech.words
      uses[part.name.written] = use
    }
    return uses.sorted { a, b in
      if a.value.isFull != b.value.isFull { return a.value.isFull }
      if a.value.episodes.count != b.value.episodes.count {
        return a.value.episodes.count > b.value.episodes.count
      }
      return a.value.words != b.value.words ? a.value.words > b.value.words : a.key > b.key
    }
    .map(\.key)
  }

  private static func precedes(_ a: Appearance, _ b: Appearance) -> Bool {
    if a.date != b.date {
      guard let first = a.date else { return false }
      return b.date.map { first < $0 } ?? true
    }
    if a.show != b.show { return (a.show ?? "") < (b.show ?? "") }
    let order = a.title.compare(b.title, options: [.numeric, .caseInsensitive])
    return order == .orderedSame ? a.words > b.words : order == .orderedAscending
  }
}

extension [Person] {
  /// Adds the show, else the title of the first episode, to names that several have.
  fileprivate mutating func tellNamesakesApart() {
    let counts = Dictionary(map { ($0.name.lowercased(), 1) }, uniquingKeysWith: +)
    for index in indices where counts[self[index].name.lowercased(), default: 0] > 1 {
      let place = self[index].shows.first ?? self[index].appearances.first?.title
      if let place { self[index].name += " (\(place))" }
    }
  }
}
