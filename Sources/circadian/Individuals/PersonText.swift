import CommandLineInterface
import Corpora
import Individuals

/// A person's profile for a terminal.
struct PersonText {
  let profile: PersonProfile

  private static let widestBar = 40

  init(_ profile: PersonProfile) { self.profile = profile }

  var text: String {
    [heading, appearances, timeline, themes, quotes].compactMap(\.self).joined(separator: "\n")
  }

  private var heading: String {
    let others = profile.person.otherNames
    return profile.person.name + "\n" + PersonSummary(profile).sentence + "\n"
      + (others.isEmpty ? "" : "also written: \(others.joined(separator: ", "))\n")
  }

  private var appearances: String {
    var table = TextTable(
      "date", "show", "title", .trailing("words"), .trailing("share"), .trailing("minutes"),
      "themes")
    for talk in profile.talks {
      let appearance = talk.appearance
      table.append(
        appearance.date.map { "\($0)" } ?? "", (appearance.show ?? "").truncated(toWidth: 24),
        appearance.title.truncated(toWidth: 48), "\(appearance.words)",
        Readable.percent(appearance.share),
        appearance.minutes.map { Readable.fixed($0, 1) } ?? "",
        talk.themes.map(\.text).joined(separator: ", "))
    }
    return table.text
  }

  private var timeline: String? {
    let periods = profile.timeline.periods
    guard let most = periods.map(\.appearances).max() else { return nil }
    var table = TextTable(
      .leading(profile.timeline.unit.rawValue), .trailing("appearances"), "")
    for period in periods {
      let length =
        most <= Self.widestBar
        ? period.appearances : (period.appearances * Self.widestBar + most - 1) / most
      table.append(period.name, "\(period.appearances)", String(repeating: "█", count: length))
    }
    return table.text
  }

  private var themes: String {
    guard !profile.themes.isEmpty else {
      return "no themes: no word is said clearly more often than elsewhere\n"
    }
    var table = TextTable(
      "theme", .trailing("uses"), .trailing("per 1000 words"), .trailing("elsewhere"),
      .trailing("log-likelihood ratio"))
    for theme in profile.themes {
      table.append(
        theme.text, "\(theme.uses)", theme.perThousandWords.fixed(2),
        theme.perThousandWordsElsewhere.fixed(2), theme.weight.fixed(1))
    }
    return table.text
  }

  private var quotes: String? {
    guard !profile.quotes.isEmpty else { return nil }
    return profile.quotes.map { quote in
      let place = [quote.title, quote.date.map { "\($0)" }].compactMap(\.self)
      return "“\(quote.text)”\n    \(quote.citation), \(place.joined(separator: ", "))\n"
        + "    (\(quote.themes.joined(separator: ", ")))\n"
    }.joined()
  }
}

/// A profile in one sentence.
struct PersonSummary {
  let sentence: String

  init(_ profile: PersonProfile) {
    let person = profile.person
    let count = person.appearances.count
    var parts = ["\(count) appearance\(count == 1 ? "" : "s")"]
    if person.shows.count > 1 { parts[0] += " in \(person.shows.count) shows" }
    if let first = person.firstDate, let last = person.lastDate {
      parts.append(first == last ? "\(first)" : "\(first) to \(last)")
    }
    let undated = person.appearances.count { $0.date == nil }
    if undated > 0 {
      parts.append(undated == count ? "no date known" : "\(undated) without a date")
    }
    parts.append("\(person.words) words")
    let minutes = person.appearances.compactMap(\.minutes)
    if !minutes.isEmpty {
      parts.append(
        "\(Readable.fixed(minutes.reduce(0, +), 0)) minutes"
          + (minutes.count < count ? " where times are known" : ""))
    }
    sentence = parts.joined(separator: ", ")
  }
}
