import CommandLineInterface
import Corpora
import Foundation
import Individuals
import Training

/// A person's profile as one page that needs nothing else.
struct PersonPage {
  let profile: PersonProfile

  init(_ profile: PersonProfile) { self.profile = profile }

  var html: String {
    let person = profile.person
    let others = person.otherNames.map(\.markup).joined(separator: ", ")
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(person.name.markup)</title>
      <style>
      \(Self.style)
      </style></head><body>
      <header><h1>\(person.name.markup)</h1>
      <p>\(PersonSummary(profile).sentence.markup)</p>\
      \(others.isEmpty ? "" : "\n<p class=\"quiet\">Also written \(others)</p>")
      </header>
      \([chart, themes, quotes, appearances].compactMap(\.self).joined(separator: "\n"))
      </body></html>

      """
  }

  private var chart: String {
    let chart = AppearanceChart(profile)
    return section(chart.title, chart.svg)
  }

  private var themes: String? {
    guard let strongest = profile.themes.map(\.weight).max() else { return nil }
    let rows = profile.themes.map { theme in
      let width = strongest > 0 ? Int((theme.weight / strongest * 100).rounded()) : 0
      return """
        <li><span>\(theme.text.markup)</span> <span class="quiet">\(theme.uses) times, \
        \(theme.perThousandWords.fixed(2)) in 1000 words, elsewhere \
        \(theme.perThousandWordsElsewhere.fixed(2))</span>\
        <i style="width:\(max(width, 1))%"></i></li>
        """
    }
    let source =
      profile.wordsElsewhere == 0
      ? "Nothing else was read, so these are the words said most often."
      : "Said more than in all else that was read; the bars are log-likelihood ratios (Dunning 1993)."
    return section(
      "Themes",
      "<ul class=\"themes\">\n\(rows.joined(separator: "\n"))\n</ul>\n"
        + "<p class=\"quiet\">\(source)</p>")
  }

  private var quotes: String? {
    guard !profile.quotes.isEmpty else { return nil }
    return section(
      "In \(profile.quotes.count == 1 ? "a sentence" : "\(profile.quotes.count) sentences")",
      profile.quotes.map { quote in
        let place = [quote.title, quote.date.map { "\($0)" }].compactMap(\.self)
        return """
          <figure><blockquote>\(quote.text.markup)</blockquote>
          <figcaption>\(quote.citation.markup), \(place.joined(separator: ", ").markup)</figcaption></figure>
          """
      }.joined(separator: "\n"))
  }

  private var appearances: String? {
    let items = profile.talks.map { talk in
      let appearance = talk.appearance
      let place = [appearance.date.map { "\($0)" }, appearance.show].compactMap(\.self)
      var numbers = [
        "\(appearance.words) words", "\(Readable.percent(appearance.share)) of the episode",
      ]
      if let minutes = appearance.minutes { numbers.append("\(minutes.fixed(1)) minutes") }
      let themes = talk.themes.map { "<span class=\"theme\">\($0.text.markup)</span>" }
      return """
        <li>\(place.isEmpty ? "" : "<p class=\"quiet\">\(place.joined(separator: ", ").markup)</p>")
        <h3>\(appearance.title.markup)</h3>
        <p class="quiet">\(numbers.joined(separator: ", ").markup)</p>\
        \(themes.isEmpty ? "" : "\n<p>\(themes.joined(separator: " "))</p>")</li>
        """
    }
    return section("Appearances", "<ol>\n\(items.joined(separator: "\n"))\n</ol>")
  }

  private func section(_ title: String, _ content: String) -> String {
    "<section><h2>\(title.markup)</h2>\n\(content)\n</section>"
  }

  private static let style = """
    :root { color-scheme: light dark; --ink: #22211e; --quiet: #66635b; --paper: #fdfcf8;
      --line: #dedad0; --accent: #2a6f97; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e9e6de; --quiet: #a5a196; --paper: #191815; --line: #3a3832; --accent: #6db3dc; } }
    * { box-sizing: border-box; }
    body { font: 17px/1.5 Georgia, serif; max-width: 42em; margin: 0 auto; padding: 1.5em 1em 3em;
      color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
    h1 { line-height: 1.2; margin: 0; }
    h2 { font-size: 1.15em; margin: 2em 0 .6em; border-bottom: 1px solid var(--line); }
    h3 { font-size: 1em; margin: 0; }
    p { margin: .2em 0; }
    .quiet, figcaption { color: var(--quiet); font-size: .85em; }
    svg { display: block; width: 100%; height: auto; color: var(--ink); }
    ul, ol { list-style: none; padding: 0; margin: 0; }
    li { margin-bottom: 1em; break-inside: avoid; }
    .themes li { margin-bottom: .5em; }
    .themes i { display: block; height: 4px; background: var(--accent); border-radius: 2px; }
    .theme { display: inline-block; border: 1px solid var(--line); border-radius: 1em;
      padding: 0 .7em; font-size: .85em; }
    figure { margin: 0 0 1.2em; break-inside: avoid; }
    blockquote { margin: 0; padding-left: .8em; border-left: 3px solid var(--accent);
      font-style: italic; }
    figcaption { padding-left: .95em; margin-top: .2em; }
    @media print {
      :root { --ink: #000; --quiet: #444; --paper: #fff; --line: #bbb; --accent: #555; }
      body { font-size: 11pt; max-width: none; padding: 0; print-color-adjust: exact; }
      h2 { break-after: avoid; } }
    """
}
