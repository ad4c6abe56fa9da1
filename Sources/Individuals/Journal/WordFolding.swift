import Foundation

/// Words as searches compare them: runs of letters and digits, without case and accents.
package struct WordFolding {
  /// A word of a text.
  package struct Word {
    /// Without case and accents.
    package let folded: String
    package let range: Range<String.Index>
  }

  package static func words(in text: Substring) -> [Word] {
    let scalars = text.unicodeScalars
    var words: [Word] = []
    var start: String.Index?
    for index in scalars.indices {
      if isPartOfWord(scalars[index]) {
        start = start ?? index
      } else if let first = start {
        words.append(Word(folded: fold(text[first..<index]), range: first..<index))
        start = nil
      }
    }
    if let first = start {
      words.append(Word(folded: fold(text[first...]), range: first..<text.endIndex))
    }
    return words
  }

  private static func fold(_ word: Substring) -> String {
    guard word.utf8.contains(where: { $0 >= 0x80 }) else { return word.lowercased() }
    return word.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
  }

  /// As FTS5's unicode61 tokenizer divides text, with marks counted to their letters.
  static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9": return true
    case "\0"..."\u{7F}": return false
    default: break
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark, .spacingMark, .privateUse:
      return true
    default: return false
    }
  }

  /// English words that say nothing about what is sought.
  package static let fillers: Set<String> = [
    "a", "about", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can",
    "could", "did", "do", "does", "for", "from", "had", "has", "have", "he", "her", "him", "his",
    "how", "i", "in", "is", "it", "its", "me", "my", "of", "on", "or", "our", "s", "she", "should",
    "so", "some", "t", "tell", "that", "the", "their", "them", "there", "these", "they", "this",
    "to", "us", "was", "we", "were", "what", "when", "where", "which", "who", "whom", "whose",
    "why", "will", "with", "would", "you", "your",
  ]
}
