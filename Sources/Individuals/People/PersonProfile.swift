import Corpora

/// A person's appearances over time, with what this person speaks of.
public struct PersonProfile: Sendable {
  /// A sentence as it was said.
  public struct Quote: Encodable, Equatable, Sendable {
    public let text: String
    /// The themes it was chosen for.
    public let themes: [String]
    /// Speaker and time, as `Andrej Karpathy, 00:18:34`.
    public let citation: String
    public let episode: Episode.ID
    public let title: String
    public let date: CalendarDate?
  }

  /// An appearance with what this person speaks of there.
  public struct Talk: Sendable {
    public let appearance: Appearance
    /// Of this appearance, against all else that was read.
    public let themes: [Theme]
  }

  public let person: Person
  /// By date, as the person's appearances.
  public let talks: [Talk]
  /// Of all appearances, against all else that was read.
  public let themes: [Theme]
  public let quotes: [Quote]
  public let timeline: Timeline
  /// All words read that are not this person's; with none, themes are what is said most often.
  public let wordsElsewhere: Int

  private static let (themeCount, episodeThemeCount, quoteCount, quotedThemeCount) = (12, 3, 5, 8)

  /// Looks at all that `person` says in what `people` were found in.
  public init(_ person: Person, among people: People) {
    let speech = Speech(
      of: person, in: people.documents, excluding: people.names(besides: person))
    let overall = speech.themes(of: speech.sentences, limit: Self.themeCount)
    let byDocument = Dictionary(grouping: speech.sentences, by: \.document)
    let byAppearance = person.appearances.map {
      speech.themes(of: byDocument[$0.document, default: []], limit: Self.episodeThemeCount)
    }
    let spellings = speech.spellings(of: Set((overall + byAppearance.joined()).map(\.term)))
    func theme(_ weighed: Speech.WeighedTerm) -> Theme {
      Theme(
        text: spellings[weighed.term] ?? speech.text(of: weighed.term), uses: weighed.use.uses,
        sentences: weighed.sentences, perThousandWords: weighed.use.rate * 1000,
        perThousandWordsElsewhere: weighed.use.rateElsewhere * 1000, weight: weighed.weight)
    }
    self.person = person
    themes = overall.map(theme)
    talks = zip(person.appearances, byAppearance).map {
      Talk(appearance: $0, themes: $1.map(theme))
    }
    let quotable = Array(overall.prefix(Self.quotedThemeCount))
    quotes = speech.quotes(for: quotable, limit: Self.quoteCount).map { choice in
      let read = people.documents[choice.sentence.document]
      var citation = read.document.citation(ofSegment: choice.sentence.segment)
      citation?.speaker = person.name
      return Quote(
        text: choice.text, themes: choice.themes.map { spellings[$0] ?? speech.text(of: $0) },
        citation: citation?.description ?? person.name, episode: read.episode,
        title: read.document.title, date: read.document.date)
    }
    timeline = Timeline(person.appearances.compactMap(\.date))
    wordsElsewhere = max(speech.totalWords - speech.sentences.reduce(0) { $0 + $1.wordCount }, 0)
  }
}

extension People {
  /// The words of the names of all who speak where `person` does: whom one speaks to is no theme.
  fileprivate func names(besides person: Person) -> Set<String> {
    let episodes = Set(person.appearances.map(\.document))
    return persons.filter { $0.appearances.contains { episodes.contains($0.document) } }
      .reduce(into: []) { names, present in
        for form in present.forms { names.formUnion(form) }
      }
  }
}
