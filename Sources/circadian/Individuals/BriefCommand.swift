import Briefs
import CommandLineInterface
import Files
import Foundation
import Individuals

extension Brief.Form: CommandLineValue {}

struct BriefCommand: Command {
  let name = "brief"
  let abstract = "Tells what was new to an individual in a night, and how well it is known."
  let discussion = """
    The insights are those passages of the day that the individual did not expect before the night and expects now, and \
    that are near to what it notes and is asked; each with what it believed before, and with related insights of earlier \
    mornings. Every night writes its brief as brief.md, brief.html, brief.eml and brief.json into its folder, and the \
    individual's folder has all of them as a feed, feed.xml.
    """
  let examples = [
    "circadian brief ada", "circadian brief ada --night 3 --form html > brief.html",
    "circadian brief ada --form eml | sendmail me@example.org", "circadian brief ada --compare",
  ]

  let individual = Argument<String>("name", help: "Whose brief.")
  let night = CommandLineInterface.Option<Int?>(
    "night", must: .be(atLeast: 1),
    help: "Of which night, instead of the last one that learned a day.")
  let form = CommandLineInterface.Option(
    "form", default: Brief.Form.markdown,
    help: "Text in Markdown (md), a page (html), a message (eml), or data (json).")

  let compare = Flag(
    "compare",
    help:
      "What would have been chosen without the individual: first passages, TextRank, the TF-IDF centroid, and "
      + "what surprises the core alone.")

  var parameters: ParameterList {
    individual
    night
    form
    compare
  }

  func run(_ invocation: Invocation) async throws {
    let teller = try invocation.individual(invocation[individual], access: .reading)
    let brief = try brief(of: teller, night: invocation[night])
    guard invocation[compare] else {
      return try invocation.report(brief) { brief.text(as: invocation[form]).trimmed }
    }
    let comparison = try BriefComparison(brief, of: teller)
    try invocation.report(comparison) { comparison.text }
  }

  private func brief(of teller: Individual, night: Int?) throws -> Brief {
    if let night {
      _ = try teller.night(night)
      if let brief = Brief.read(in: teller.folder(ofNight: night)) { return brief }
      throw CommandError(
        "night \(night) of \(teller.name) has no brief: it was a season, or slept by an older version",
        exitCode: .badData)
    }
    guard let last = try teller.briefs().last else {
      throw CommandError(
        "\(teller.name) has no brief yet; 'circadian read \(teller.name) FILE' and 'circadian sleep \(teller.name)' make one",
        exitCode: .badData)
    }
    return last
  }
}

extension String {
  /// Without line breaks at the end, which the report adds.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.last?.isNewline == true { text = text.dropLast() }
    return String(text)
  }
}
