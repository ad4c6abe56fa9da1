/// Shortens what a tool gave back.
enum ResultText {
  /// The whole sentences that fit into `limit` characters; where not even one does, as many words.
  static func cut(_ text: String, to limit: Int) -> String {
    guard let end = text.index(text.startIndex, offsetBy: limit, limitedBy: text.endIndex),
      end < text.endIndex
    else { return text }
    // A sentence that ends exactly at the limit shows by the space after it.
    let reach = text[...end]
    let stops = reach.indices.dropLast().reversed()
    if let stop = stops.first(where: { isSentenceEnd(reach, $0) }) {
      return String(text[...stop])
    }
    let beginning = text[..<text.index(before: end)]
    let wordsEnd = text[..<end].lastIndex(where: \.isWhitespace) ?? beginning.endIndex
    return beginning[..<min(wordsEnd, beginning.endIndex)].trimmingWhitespace + "…"
  }

  private static func isSentenceEnd(_ text: Substring, _ index: Substring.Index) -> Bool {
    ".!?。！？".contains(text[index]) && text[text.index(after: index)].isWhitespace
  }
}
