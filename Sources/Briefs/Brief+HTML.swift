import Training

extension Brief {
  /// One file without scripts or anything from elsewhere.
  public var html: String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(heading.markup)</title>
    <style>
    \(Self.style)
    </style></head><body>
    \(article)
    </body></html>

    """
  }

  /// The page without its frame, as a feed holds it.
  var article: String {
    """
    <main>
    <h1>\(heading.markup)</h1>
    <p class="summary">\(summary.markup)</p>
    \(insights.isEmpty ? "<p>\(Self.nothingNew)</p>" : "<ol class=\"insights\">\n\(insights.map(item).joined(separator: "\n"))\n</ol>")
    \(sections.map(section).joined(separator: "\n"))
    \(check)
    </main>
    """
  }

  private func item(_ insight: Insight) -> String {
    """
    <li>
    <figure><blockquote>\(insight.remark.quote.markup)</blockquote>
    <figcaption>\(insight.remark.source.description.markup)</figcaption></figure>
    \(insight.expectation.map { "<p>\($0.markup)</p>\n" } ?? "")<p class="aside">\(
      [insight.learned, insight.recalled, insight.fondness].compactMap { $0 }.joined(separator: " ").markup)</p>
    \(related(insight))</li>
    """
  }

  private func related(_ insight: Insight) -> String {
    guard !insight.related.isEmpty else { return "" }
    let items = insight.related.map {
      "<li>“\($0.remark.quote.markup)” <span class=\"aside\">\($0.remark.source.description.markup), night \($0.night)</span></li>"
    }
    return """
      <details open><summary>\(Insight.relatedTitle)</summary>
      <ul>
      \(items.joined(separator: "\n"))
      </ul></details>

      """
  }

  private func section(_ section: (title: String, lines: [String])) -> String {
    """
    <section><h2>\(section.title.markup)</h2>
    <ul>
    \(section.lines.map { "<li>\($0.markup)</li>" }.joined(separator: "\n"))
    </ul></section>
    """
  }

  private var check: String {
    guard !questions.isEmpty else { return "" }
    let items = questions.map {
      "<details class=\"question\"><summary>\($0.question.markup)</summary><p>\($0.answer.markup)</p></details>"
    }
    return """
      <section><h2>\(Self.questionsTitle)</h2>
      \(items.joined(separator: "\n"))
      </section>
      """
  }

  private static let style = """
    :root { --ink: #1f1d1a; --quiet: #6a645b; --paper: #fdfcf8; --line: #ddd6c8; --accent: #8a4b1d; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e9e4da; --quiet: #a39b8e; --paper: #171512; --line: #3a352d; --accent: #e0a06a; }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 Georgia, "Times New Roman", serif; }
    main { max-width: 38rem; margin: 0 auto; padding: 2rem 1.1rem 4rem; overflow-wrap: anywhere; }
    h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .6rem; }
    h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
    .summary, .aside, figcaption { color: var(--quiet); font-size: .92rem; }
    .insights { list-style: none; counter-reset: insight; margin: 0; padding: 0; }
    .insights > li { counter-increment: insight; border-top: 1px solid var(--line); padding: 1.2rem 0 .6rem; }
    figure { margin: 0; }
    blockquote { margin: 0; font-size: 1.12rem; }
    blockquote::before { content: counter(insight) "  "; color: var(--accent); font-weight: bold; }
    figcaption { margin-top: .35rem; }
    p { margin: .5rem 0; }
    ul { padding-left: 1.1rem; margin: .4rem 0; }
    li { margin: .35rem 0; }
    summary { cursor: pointer; color: var(--accent); }
    .question { border-top: 1px solid var(--line); padding: .5rem 0; }
    .question summary { color: var(--ink); }
    summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
    @media print {
      :root { --ink: #000; --quiet: #444; --paper: #fff; --line: #bbb; --accent: #000; }
      body { font-size: 11pt; }
      main { max-width: none; padding: 0; }
      .insights > li, .question { break-inside: avoid; }
    }
    """
}
