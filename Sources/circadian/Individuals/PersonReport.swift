import Corpora
import Individuals

/// A person's profile as JSON.
struct PersonReport: Encodable {
  struct Entry: Encodable {
    var episode: Int
    var title: String
    var show: String?
    var date: CalendarDate?
    var words: Int
    var share: Double
    var minutes: Double?
    var themes: [Theme]
  }

  var individual, name: String
  var otherNames: [String]
  var words: Int
  var firstDate, lastDate: CalendarDate?
  var shows: [String]
  var appearances: [Entry]
  var timeline: Timeline
  var themes: [Theme]
  var quotes: [PersonProfile.Quote]

  init(individual: String, _ profile: PersonProfile) {
    let person = profile.person
    self.individual = individual
    name = person.name
    otherNames = person.otherNames
    words = person.words
    (firstDate, lastDate) = (person.firstDate, person.lastDate)
    shows = person.shows
    appearances = profile.talks.map { talk in
      let appearance = talk.appearance
      return Entry(
        episode: appearance.episode, title: appearance.title, show: appearance.show,
        date: appearance.date, words: appearance.words, share: appearance.share,
        minutes: appearance.minutes, themes: talk.themes)
    }
    timeline = profile.timeline
    themes = profile.themes
    quotes = profile.quotes
  }
}
