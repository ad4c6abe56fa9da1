import Corpora
import Foundation
import Training

/// What a brief says, whatever it is written as.
extension Brief {
  var heading: String { "What \(individual) learned in night \(night)" }

  var summary: String {
    "\(day.titles.joined(separator: ", ")): \(day.tokens) tokens, "
      + "\(bits(day.bitsPerByteBefore)) bits per byte before the night and "
      + "\(bits(day.bitsPerByteNow)) after it, with an empty context. Of the \(day.askedWords) most "
      + "surprising words, \(percent(day.recalledNow)) are recalled (\(percent(day.recalledBefore)) "
      + "before)."
  }

  static let nothingNew = "Nothing of it was new."
  static let questionsTitle = "Do you know it?"

  /// What follows on the insights; sections without lines are left out.
  var sections: [(title: String, lines: [String])] {
    [
      ("How well it is known", studied + [information]),
      ("Not learned", refused),
      ("Fading", fading.map(faded)),
    ].filter { !$0.1.isEmpty }
  }

  /// Bits of a token, in the weights and elsewhere.
  private var information: String {
    let pretraining =
      day.bitsPerPretrainingToken.map {
        "; the core's weights have \(bits($0)) bits of storage for a token they were trained on"
      } ?? ""
    return "The night took \(bits(day.bitsPerToken)) bits off a token" + pretraining
      + "; a token in the context occupies \(day.cacheBytesPerToken) bytes."
  }

  /// How well it is known; a sentence each.
  private var studied: [String] {
    var lines: [String] = []
    if study.questions > 0 {
      let answered = study.answered.map {
        " Of others about the same, which were never studied, \(percent($0)) are answered."
      }
      lines.append("\(count(study.questions, "question")) about it studied." + (answered ?? ""))
    }
    for corrected in study.corrected {
      lines.append(
        "Answered otherwise than the journal does, and studied again: "
          + "“\(corrected.question)” \(corrected.answer)")
    }
    return lines
  }

  private var refused: [String] {
    study.refused.map { "\($0.count == 0 ? "" : "\($0.count) ")\($0.reason)" }
  }

  private func faded(_ fading: Fading) -> String {
    "Night \(fading.night), \(fading.titles.joined(separator: ", ")): \(percent(fading.then)) "
      + "recalled on its morning, \(percent(fading.now)) now. The coming nights go through it again."
  }

  private func bits(_ value: Double) -> String { ReportNumber.fixed(value, 2) }
  private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
  private func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}

extension Remark.Source {
  /// "Andrej Karpathy, 00:18:34, The Dwarkesh Podcast, 2025-10-17".
  public var description: String {
    ([speaker, start.map(Timestamp.description(of:))].compactMap { $0 } + place).joined(
      separator: ", ")
  }

  private var place: [String] {
    [title, show == title ? nil : show, published.map { title.contains($0) ? "" : $0 }]
      .compactMap { $0 }.filter { !$0.isEmpty }
  }
}

extension Insight {
  /// What was learned of it, and how sure that is.
  var learned: String {
    "\(Int(novelty.bitsLearned.rounded())) bits learned: "
      + "\(ReportNumber.fixed(novelty.bitsBefore / Double(novelty.bytes), 2)) bits per byte before, "
      + "\(ReportNumber.fixed(novelty.bitsNow / Double(novelty.bytes), 2)) now."
  }

  /// What the individual believed before; nil where it is not known.
  var expectation: String? {
    guard let belief else { return nil }
    let guesses = belief.expected.map { "“\($0.word)” (\(Self.chance($0.chance)))" }
    guard let last = guesses.last else { return nil }
    let list =
      guesses.count == 1 ? last : guesses.dropLast().joined(separator: ", ") + " or " + last
    return "Where it says “\(belief.word)” (\(Self.chance(belief.chance))), \(list) was expected."
  }

  /// The surprising words, by whether they are known by heart; nil where none was asked for.
  var recalled: String? {
    func list(_ words: [String]) -> String { words.map { "“\($0)”" }.joined(separator: ", ") }
    switch (recalledWords.isEmpty, missedWords.isEmpty) {
    case (true, true): return nil
    case (false, true): return "Recalled now: \(list(recalledWords))."
    case (true, false): return "Not yet recalled: \(list(missedWords))."
    case (false, false):
      return "Recalled now: \(list(recalledWords)); not yet: \(list(missedWords))."
    }
  }

  /// What an individual cares about by so many standard deviations more than about the rest of the day is said to be.
  private static let leastInterest = 1.0

  var fondness: String? {
    interest >= Self.leastInterest ? "Near to what you note and ask about." : nil
  }

  static let relatedTitle = "Related, from earlier mornings"

  private static func chance(_ chance: Double) -> String {
    chance < 0.001 ? "below 0.1%" : "\(ReportNumber.fixed(chance * 100, chance < 0.1 ? 1 : 0))%"
  }
}
