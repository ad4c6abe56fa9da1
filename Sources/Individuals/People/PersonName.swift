import Foundation

/// A speaker's label as the name of a person, without titles, degrees, employers and decoration.
struct PersonName: Hashable, Sendable {
  /// As it is shown: `Andrej Karpathy` for `Karpathy, Dr. Andrej (Tesla)`.
  let written: String
  /// Without case, accents, hyphens and full stops; an initial is a word of one letter.
  let words: [String]

  /// Nil for a label that names nobody, such as `Speaker 1`, `Host` or two people at once.
  init?(_ label: String) {
    let plain = Self.withoutAsides(label)
    guard !UnnamedLabel.joinsSeveral(plain) else { return nil }
    let pieces = Self.pieces(of: plain)
    let name = pieces.trimmingPrefix { Self.titles.contains(Self.folded($0)) }
    // What is left of `Senator Greene` is one word: its title helps to tell who that is.
    let shown = name.count == 1 ? pieces[...] : name
    let words = Self.words(of: name)
    guard !words.isEmpty, !UnnamedLabel.isUnnamed(words) else { return nil }
    written = shown.joined(separator: " ")
    self.words = words
  }

  /// Words that are more than an initial.
  var fullWordCount: Int { Self.fullWordCount(of: words) }

  static func fullWordCount(of words: [String]) -> Int { words.count { $0.count > 1 } }

  /// A first and a last name at least.
  static func isFull(_ words: [String]) -> Bool { fullWordCount(of: words) >= 2 }

  /// The last word that is no `Jr.` or `III`.
  static func familyName(of words: [String]) -> String? {
    words.last { !generations.contains($0) }
  }

  /// The text without brackets and what they hold, and without what stands behind a dash.
  private static func withoutAsides(_ label: String) -> String {
    var depth = 0
    var text = ""
    for character in label {
      switch character {
      case "(", "[", "{": depth += 1
      case ")", "]", "}": depth = max(0, depth - 1)
      case "*", "_", "“", "”", "\"", "#", "`": text.append(" ")
      case _ where depth == 0: text.append(character)
      default: break
      }
    }
    for mark in [" - ", " – ", " — ", " | ", " @ "] {
      if let range = text.range(of: mark), range.lowerBound > text.startIndex {
        text = String(text[..<range.lowerBound])
      }
    }
    return text
  }

  /// The words of a name in their order, whichever stands before a comma.
  private static func pieces(of text: String) -> [String] {
    var parts = text.split(separator: ",").map { part in
      part.split(whereSeparator: \.isWhitespace).map(String.init)
    }
    .filter { !$0.isEmpty }
    guard let first = parts.first else { return [] }
    // Degrees are no part of a name, wherever they stand: `Mireille Reece, PsyD`.
    parts = [first] + parts.dropFirst().filter { !$0.allSatisfy(isDegree) }
    var name = first
    if parts.count == 2, (1...3).contains(parts[1].count), familyPart(first).count == 1 {
      name = parts[1] + first
    }
    while name.count > 2, let last = name.last, isDegree(last) { name.removeLast() }
    return name.flatMap(initials)
  }

  private static func familyPart(_ pieces: [String]) -> [String] {
    pieces.filter { !particles.contains(folded($0)) && !titles.contains(folded($0)) }
  }

  /// `J.K.` is two initials; everything else is one piece.
  private static func initials(_ piece: String) -> [String] {
    let parts = piece.split(separator: ".")
    guard parts.count > 1, parts.allSatisfy({ $0.count == 1 }) else { return [piece] }
    return parts.map { "\($0)." }
  }

  private static func words(of pieces: ArraySlice<String>) -> [String] {
    let words = pieces.map(folded).filter { !$0.isEmpty }
    // A name of nothing but initials is one word.
    return words.allSatisfy { $0.count == 1 } ? [words.joined()].filter { !$0.isEmpty } : words
  }

  private static func isDegree(_ piece: String) -> Bool { degrees.contains(folded(piece)) }

  private static func folded(_ piece: String) -> String {
    String(
      piece.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
        .filter { $0.isLetter || $0.isNumber })
  }

  private static let titles: Set<String> = [
    "dr", "prof", "professor", "mr", "mrs", "ms", "mx", "miss", "sir", "dame", "lord", "lady",
    "rev", "reverend", "hon", "senator", "sen", "representative", "congressman", "congresswoman",
    "president", "governor", "gov", "mayor", "minister", "judge", "justice", "captain", "capt",
    "colonel", "col", "general", "gen", "host", "cohost", "guest", "moderator",
  ]
  private static let degrees: Set<String> = [
    "phd", "dphil", "psyd", "md", "msc", "bsc", "mba", "jd", "esq", "cpa", "dds", "edd", "llm",
    "mbe", "obe", "cbe", "frs",
  ]
  private static let generations: Set<String> = ["jr", "sr", "ii", "iii", "iv"]
  private static let particles: Set<String> = [
    "van", "von", "der", "den", "de", "del", "della", "da", "di", "dos", "du", "la", "le", "al",
    "bin", "ibn", "ben", "ter", "ten", "zu", "af", "av", "st",
  ]
}
