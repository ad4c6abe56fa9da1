import Files
import Foundation

/// What a night learned, for a person to read over breakfast.
public struct Brief: Sendable {
  public let individual: String
  public let night: Int
  /// The sentences of which most was learned, most first.
  public let insights: [Insight]
  public let recall: RecallReport
  /// Of the day's conversations; nil where nothing was asked in them.
  public let review: Review?

  /// The number of sentences that a brief quotes.
  private static let length = 5
  /// Shorter sentences ("I think so.") say too little to quote.
  private static let shortestQuote = 40

  /// Chooses from all sentences of the day.
  init(
    individual: String, night: Int, insights: [Insight], recall: RecallReport,
    review: Review? = nil
  ) {
    self.review = review
    self.individual = individual
    self.night = night
    self.recall = recall
    self.insights = Array(
      insights.filter { $0.quote.utf8.count >= Self.shortestQuote && $0.bitsLearned > 0 }
        .sorted { $0.bitsLearned > $1.bitsLearned }.prefix(Self.length))
  }

  /// Writes `brief.md` and `brief.html` into `folder`.
  func write(to folder: URL) throws {
    try AtomicFile.write(Data(markdown.utf8), to: folder.appendingPathComponent("brief.md"))
    try AtomicFile.write(Data(html.utf8), to: folder.appendingPathComponent("brief.html"))
  }

  private var heading: String { "What \(individual) learned in night \(night)" }

  private var summary: String {
    guard let day = recall.days.last else { return "Nothing was learned." }
    return "\(day.titles.joined(separator: ", ")): \(day.tokens) tokens, "
      + "\(bits(day.bitsPerByteBefore)) bits per byte before the night and "
      + "\(bits(day.bitsPerByteNow)) after it, with an empty context. Of the \(day.askedWords) most "
      + "surprising words, \(percent(day.clozeNow)) are recalled (\(percent(day.clozeBefore)) before)."
  }

  /// What was asked in the day's conversations, and what was answered wrongly; nil where nothing can be said of them.
  private var conversations: String? {
    guard let review, review.asked > 0 else { return nil }
    let studied = review.misses.map { "“\($0.question)” \($0.answer)" }.joined(separator: "; ")
    return "Of what it was asked, the journal answers \(review.asked); \(review.wentWell) "
      + "\(review.wentWell == 1 ? "was" : "were") answered so."
      + (studied.isEmpty ? "" : " Studied now: \(studied)")
  }

  public var markdown: String {
    var lines = ["# \(heading)", "", summary, ""]
    if let conversations { lines += [conversations, ""] }
    for (index, insight) in insights.enumerated() {
      lines.append("## \(index + 1). \(insight.citation ?? insight.title)")
      lines += ["", "> \(insight.quote)", "", learned(insight), ""]
      if let words = recalled(insight) { lines += [words, ""] }
    }
    return lines.joined(separator: "\n")
  }

  public var html: String {
    let items = insights.map { insight in
      """
      <li><blockquote>\(escaped(insight.quote))</blockquote>
      <p class="source">\(escaped(insight.citation ?? insight.title))</p>
      <p>\(escaped(learned(insight)))\(recalled(insight).map { " " + escaped($0) } ?? "")</p></li>
      """
    }.joined(separator: "\n")
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(escaped(heading))</title>
      <style>
      body { font: 17px/1.5 Georgia, serif; max-width: 40em; margin: 3em auto; padding: 0 1em;
        color: #222; background: #fdfcf8; }
      blockquote { margin: 0; font-style: italic; }
      li { margin-bottom: 1.5em; }
      .source { color: #666; margin: .2em 0; }
      </style></head><body>
      <h1>\(escaped(heading))</h1>
      <p>\(escaped(summary))</p>\(conversations.map { "\n<p>\(escaped($0))</p>" } ?? "")
      <ol>
      \(items)
      </ol>
      </body></html>

      """
  }

  private func learned(_ insight: Insight) -> String {
    "\(Int(insight.bitsLearned.rounded())) bits learned: \(bits(insight.bitsPerByteBefore)) bits per "
      + "byte before, \(bits(insight.bitsPerByteNow)) now."
  }

  private func recalled(_ insight: Insight) -> String? {
    let recalled = insight.recalledWords.map { "“\($0)”" }.joined(separator: ", ")
    let missed = insight.missedWords.map { "“\($0)”" }.joined(separator: ", ")
    switch (recalled.isEmpty, missed.isEmpty) {
    case (true, true): return nil
    case (false, true): return "Surprising then, recalled now: \(recalled)."
    case (true, false): return "Surprising then and not yet recalled: \(missed)."
    case (false, false):
      return "Surprising then, recalled now: \(recalled); not yet: \(missed)."
    }
  }

  private func bits(_ value: Double) -> String { value.formatted(places: 2) }
  private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }

  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}

extension Double {
  /// The number with a fixed count of decimals.
  func formatted(places: Int) -> String {
    guard magnitude < 1e15 else { return "\(self)" }
    let scale = pow(10, Double(places))
    let rounded = Int((self * scale).rounded())
    let (whole, rest) = abs(rounded).quotientAndRemainder(dividingBy: Int(scale))
    let digits = String(rest)
    let sign = rounded < 0 ? "-" : ""
    return "\(sign)\(whole)." + String(repeating: "0", count: places - digits.count) + digits
  }
}
