import Corpora

/// Somebody who speaks in what was read.
public struct Person: Encodable, Equatable, Sendable {
  /// The full form that most episodes use; with the show where others have the same name.
  public internal(set) var name: String
  /// How episodes call this person otherwise, the most usual first.
  public let otherNames: [String]
  /// By date; those without one last, by show and title.
  public let appearances: [Appearance]
  public let words: Int
  public let firstDate, lastDate: CalendarDate?
  /// In alphabetical order.
  public let shows: [String]
  /// Its names as words, for searches.
  let forms: Set<[String]>

  private enum CodingKeys: CodingKey {
    case name, otherNames, appearances, words, firstDate, lastDate, shows
  }
}

/// A person in an episode.
public struct Appearance: Encodable, Equatable, Sendable {
  public let episode: Episode.ID
  public let title: String
  public let show: String?
  public let date: CalendarDate?
  public let words: Int
  /// Of all words of the episode.
  public let share: Double
  /// Nil where the transcript gives no times, or too few of them.
  public let minutes: Double?
  /// How the episode calls the person.
  let labels: Set<String>
  /// Where the episode stands among the documents.
  let document: Int

  private enum CodingKeys: CodingKey { case episode, title, show, date, words, share, minutes }
}

/// A label that names nobody, such as `Speaker 1`.
public struct UnnamedSpeaker: Encodable, Equatable, Sendable {
  public let label: String
  public let episode: Episode.ID
  public let title: String
  public let words: Int
}
