import Corpora
import Foundation
import HTTP
import Individuals

/// What an individual has read and said, and who speaks in it.
extension Service {
  func days(_ request: Request, _ resident: Resident, _ segments: [String]) throws -> Response {
    switch (request.method, segments[0], segments.count) {
    case ("POST", "episodes", 1): return try read(request, resident)
    case ("GET", "episodes", 2): return .json(try episode(number(segments[1], request), resident))
    case ("POST", "notes", 1):
      struct Note: Decodable { var text: String }
      struct Noted: Encodable {
        var id: Int
        var isNew: Bool
      }
      let text = try ServiceJSON.decode(Note.self, from: request).text
      let noted = try resident.with { try $0.journal.appendNote(text) }
      return .json(Noted(id: noted.episode.id, isNew: noted.isNew), status: 201)
    case ("GET", "timeline", 1):
      return .json(["entries": try resident.with { try TimelineEntry.all(of: $0) }])
    case ("GET", "search", 1):
      struct Hit: Encodable {
        var episode: Int
        var title, passage: String
        var score: Double
      }
      let words = request.query["q"] ?? ""
      let hits = try resident.with { try $0.journal.search(words, limit: 20) }
      return .json([
        "hits": hits.map {
          Hit(episode: $0.episodeID, title: $0.title, passage: $0.passage, score: $0.score)
        }
      ])
    case ("GET", "people", 1):
      return .json(["people": try people(resident).persons.map(PersonHead.init)])
    case ("GET", "people", 2): return .json(try person(segments[1], resident))
    default: throw ServiceError.notFound(request)
    }
  }

  private struct ReadEpisode: Encodable {
    var id: Int
    var title, kind: String
    var isNew: Bool
    var words: Int
    var speakers: [String]
  }

  /// Reads a file that was sent.
  private func read(_ request: Request, _ resident: Resident) throws -> Response {
    guard !request.body.isEmpty else {
      throw ServiceError(400, "the body is empty: send the file's bytes", parameter: "body")
    }
    // Only its last component: a name says what a file is, and never where it lies.
    let name =
      (request.query["name"] ?? "text").split(separator: "/").last.map(String.init) ?? "text"
    let document = try DocumentReader().document(from: Array(request.body), named: name)
    let (episode, isNew) = try resident.with {
      try $0.journal.appendDocument(document, from: name)
    }
    return .json(
      [
        "episodes": [
          ReadEpisode(
            id: episode.id, title: episode.title, kind: episode.kind.rawValue, isNew: isNew,
            words: episode.text.split(whereSeparator: \.isWhitespace).count,
            speakers: document.speakers)
        ]
      ], status: 201)
  }

  private struct ShownEpisode: Encodable {
    var id: Int
    var kind, title: String
    var show: String?
    var at: Date
    var text: String
    var night: Int?
  }

  private func episode(_ id: Int, _ resident: Resident) throws -> ShownEpisode {
    try resident.with { individual in
      let episode = try individual.journal.episode(id)
      return ShownEpisode(
        id: id, kind: episode.kind.rawValue, title: episode.shownTitle, show: episode.show,
        at: episode.readAt, text: episode.text,
        night: try individual.lineage().last { $0.episodes.contains(id) }?.number)
    }
  }

  private struct PersonHead: Encodable {
    var name: String
    var appearances, words: Int
    var first, last: String?

    init(_ person: Person) {
      (name, appearances, words) = (person.name, person.appearances.count, person.words)
      (first, last) = (person.firstDate.map { "\($0)" }, person.lastDate.map { "\($0)" })
    }
  }

  private struct ShownPerson: Encodable {
    struct Talk: Encodable {
      var episode: Int
      var title: String
      var at: String?
      var words: Int
      var quotes: [String]
    }
    var name: String
    var appearances: [Talk]
    var themes: [String]
  }

  private func people(_ resident: Resident) throws -> People {
    People(try resident.with { try $0.journal.documents() })
  }

  private func person(_ name: String, _ resident: Resident) throws -> ShownPerson {
    let people = try people(resident)
    guard
      let person = people.persons.first(where: { $0.name == name })
        ?? people.persons(called: name).first
    else { throw ServiceError(404, "nobody called \(name) speaks in what was read") }
    let profile = PersonProfile(person, among: people)
    return ShownPerson(
      name: person.name,
      appearances: person.appearances.map { appearance in
        ShownPerson.Talk(
          episode: appearance.episode, title: appearance.title,
          at: appearance.date.map { "\($0)" }, words: appearance.words,
          quotes: profile.quotes.filter { $0.episode == appearance.episode }.map(\.text))
      },
      themes: profile.themes.map { $0.text })
  }
}

/// A day's episode or a night, as a timeline shows them.
struct TimelineEntry: Encodable {
  private var episode: Episode?
  private var night: HistoryEntry?
  private var nightOfEpisode: Int?

  /// Everything that an individual lived through, the last first.
  static func all(of individual: Individual) throws -> [TimelineEntry] {
    var nightOf: [Episode.ID: Int] = [:]
    for night in try individual.lineage() {
      for id in night.episodes { nightOf[id] = night.number }
    }
    let episodes = try individual.journal.episodes().filter { !$0.text.isEmpty }
      .map { TimelineEntry(episode: $0, nightOfEpisode: nightOf[$0.id]) }
    let nights = try individual.history().map { TimelineEntry(night: $0) }
    return (episodes + nights).enumerated().sorted {
      $0.element.date != $1.element.date
        ? $0.element.date > $1.element.date : $0.offset > $1.offset
    }.map(\.element)
  }

  private init(
    episode: Episode? = nil, night: HistoryEntry? = nil, nightOfEpisode: Int? = nil
  ) {
    (self.episode, self.night, self.nightOfEpisode) = (episode, night, nightOfEpisode)
  }

  private var date: Date {
    episode?.readAt ?? (try? night?.night.get().createdAt) ?? .distantPast
  }

  private enum CodingKeys: String, CodingKey {
    case type, id, kind, title, show, at, night
    case number, isSeason, seconds, episodes, isCurrent, isInLineage, measures, problem
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if let episode {
      try container.encode("episode", forKey: .type)
      try container.encode(episode.id, forKey: .id)
      try container.encode(episode.kind.rawValue, forKey: .kind)
      try container.encode(episode.shownTitle, forKey: .title)
      try container.encode(episode.show, forKey: .show)
      try container.encode(episode.readAt, forKey: .at)
      try container.encode(nightOfEpisode, forKey: .night)
    } else if let night {
      try container.encode("night", forKey: .type)
      try container.encode(night.number, forKey: .number)
      try container.encode(night.isCurrent, forKey: .isCurrent)
      try container.encode(night.isInLineage, forKey: .isInLineage)
      switch night.night {
      case .success(let record):
        try container.encode(record.isSeason, forKey: .isSeason)
        try container.encode(record.createdAt, forKey: .at)
        try container.encode(record.seconds, forKey: .seconds)
        try container.encode(record.episodes, forKey: .episodes)
        try container.encode(record.measures, forKey: .measures)
      case .failure(let error): try container.encode("\(error)", forKey: .problem)
      }
    }
  }
}

extension Episode {
  /// Of a note its first words, since it is called after its time.
  var shownTitle: String { kind == .note ? JournaledTurns.title(text) : title }
}
