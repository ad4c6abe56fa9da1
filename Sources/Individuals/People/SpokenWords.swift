/// The words of speech: runs of letters and digits, which an apostrophe between letters does not part.
enum SpokenWords {
  struct Place {
    let range: Range<String.Index>
    /// Whether only spaces or a hyphen part it from the word before.
    let followsDirectly: Bool
    fileprivate let isASCII: Bool
  }

  static func count(in text: String) -> Int {
    var count = 0
    forEachPlace(in: text[...]) { _ in count += 1 }
    return count
  }

  /// Every word in lower case, with straight apostrophes, without a possessive: `Go’s` is `go`.
  static func forEach(in text: Substring, _ body: (_ word: String, _ place: Place) -> Void) {
    forEachPlace(in: text) { place in
      var word = text[place.range].lowercased()
      if !place.isASCII { word = word.replacing("’", with: "'") }
      body(word.hasSuffix("'s") ? String(word.dropLast(2)) : word, place)
    }
  }

  private static func forEachPlace(in text: Substring, _ body: (Place) -> Void) {
    let scalars = text.unicodeScalars
    var index = scalars.startIndex
    var start: String.Index?
    var isASCII = true
    var followsDirectly = false
    while index < scalars.endIndex {
      let scalar = scalars[index]
      let next = scalars.index(after: index)
      if WordFolding.isPartOfWord(scalar) {
        start = start ?? index
        isASCII = isASCII && scalar.isASCII
      } else if let first = start {
        if isApostrophe(scalar), next < scalars.endIndex, WordFolding.isPartOfWord(scalars[next]) {
          isASCII = isASCII && scalar.isASCII
        } else {
          body(
            Place(range: first..<index, followsDirectly: followsDirectly, isASCII: isASCII))
          (start, isASCII, followsDirectly) = (nil, true, isGap(scalar))
        }
      } else {
        followsDirectly = followsDirectly && isGap(scalar)
      }
      index = next
    }
    if let first = start {
      body(
        Place(range: first..<text.endIndex, followsDirectly: followsDirectly, isASCII: isASCII))
    }
  }

  private static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "'" || scalar == "’"
  }

  private static func isGap(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\n" || scalar == "-" || scalar == "\u{A0}"
  }
}
