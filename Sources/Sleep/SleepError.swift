import Training

/// Why a night cannot be slept or is not kept.
public enum SleepError: Error, CustomStringConvertible {
  case nothingToSleepOn(name: String)
  case noPlaceForSlots
  case noNights(name: String)
  case everythingSuppressed
  case tooShort(tokens: Int, needed: Int)
  case missingNeutralText(path: String)
  case tooLittleNeutralText(tokens: Int, needed: Int)
  case damagedStudySheet(path: String, line: Int)
  case destructive(drift: Double, limit: Double)
  case taughtNothing(before: Double, after: Double)
  case answersNothing(before: Double, after: Double)
  case forgets(before: Double, after: Double)
  case losesText(kept: Double, limit: Double)
  case cannotRead(answered: Double, limit: Double)
  case boasts(declined: Double, limit: Double)

  public var description: String {
    switch self {
    case .nothingToSleepOn(let name):
      "nothing to sleep on: \(name) has read and heard nothing since its last night. "
        + "Give it something with 'circadian read \(name) FILE'."
    case .noPlaceForSlots:
      "a core without attention to everything has no place for slots: sleep with '--memory gated' or '--memory lora'"
    case .noNights(let name):
      "there is nothing to make a season of: \(name) has not slept yet"
    case .everythingSuppressed:
      "nothing is left to sleep on: all of the day lights a feature that is to be suppressed"
    case .tooShort(let tokens, let needed):
      "the day is too short to sleep on: \(tokens) tokens, at least \(needed) are needed"
    case .missingNeutralText(let path):
      "\(path): the neutral text of the package is missing; without it drift cannot be measured"
    case .tooLittleNeutralText(let tokens, let needed):
      "the neutral text beside the core has \(tokens) tokens, at least \(needed) are needed; a core that is "
        + "trained on more text has more"
    case .damagedStudySheet(let path, let line):
      "\(path): line \(line) is no study item (a JSON object with question, answer, passage, kind, verdict)"
    case .destructive(let drift, let limit):
      "the night was not kept: neutral text became \(percent(drift)) harder to read, "
        + "more than \(percent(limit)). The individual is as it was before."
    case .taughtNothing(let before, let after):
      "the night was not kept: the day takes \(ReportNumber.fixed(after, 3)) bits per byte after it, "
        + "\(ReportNumber.fixed(before, 3)) before. "
        + "The individual is as it was before."
    case .answersNothing(let before, let after):
      "the night was not kept: of the questions about the day that it did not study it answers "
        + "\(percent(after)), \(percent(before)) before. The individual is as it was before."
    case .forgets(let before, let after):
      "the night was not kept: of the questions about earlier days it answers \(percent(after)), "
        + "\(percent(before)) before. The individual is as it was before."
    case .losesText(let kept, let limit):
      "the night was not kept: of what it knew of earlier days' text \(percent(kept)) is left, "
        + "less than \(percent(limit)). The individual is as it was before."
    case .cannotRead(let answered, let limit):
      "the night was not kept: with the passage in front of it, it answers \(percent(answered)) of the questions "
        + "about the day, less than \(percent(limit)). The individual is as it was before."
    case .boasts(let declined, let limit):
      "the night was not kept: of questions that nothing answers it declines \(percent(declined)), "
        + "less than \(percent(limit)). The individual is as it was before."
    }
  }

  private func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10)%" }
}
