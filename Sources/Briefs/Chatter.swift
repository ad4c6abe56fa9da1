import Individuals

/// Words that people fill speech with: they surprise a reader of books, and say nothing.
enum Chatter {
  static let words: Set<String> = [
    "absolutely", "actually", "ah", "alright", "anyway", "basically", "cool", "exactly", "going",
    "gonna", "gotta", "guess", "guy", "guys", "hey", "hi", "hmm", "just", "kind", "kinda", "know",
    "like", "lot", "maybe", "mean", "oh", "ok", "okay", "probably", "quite", "really", "right",
    "say", "sort", "stuff", "sure", "thank", "thanks", "thing", "things", "think", "totally", "uh",
    "um", "unintelligible", "wanna", "want", "well", "wow", "yeah", "yep", "yes",
  ]

  static func isTelling(_ word: String) -> Bool {
    let folded = word.lowercased()
    return !words.contains(folded) && !WordFolding.fillers.contains(folded)
  }
}
