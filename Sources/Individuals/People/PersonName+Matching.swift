extension PersonName {
  /// Whether `words` are `longer` with something left out: `Karpathy`, `A. Karpathy`, `Mireille Reece`.
  ///
  /// One word alone is a first or a last name. Several stand in the same order, where an initial
  /// stands for any word that begins with it.
  static func isShort(_ words: [String], of longer: [String]) -> Bool {
    if words.count == 1 {
      guard longer.count > 1, let word = words.first else { return false }
      return longer.first == word || familyName(of: longer) == word
    }
    guard
      words.count < longer.count
        || words.count == longer.count && fullWordCount(of: words) < fullWordCount(of: longer)
    else { return false }
    var rest = longer[...]
    for word in words {
      guard let place = rest.firstIndex(where: { agrees(word, $0) }) else { return false }
      rest = rest[(place + 1)...]
    }
    return true
  }

  /// Whether they are the same word, or one is the initial of the other.
  private static func agrees(_ a: String, _ b: String) -> Bool {
    a == b || (a.count == 1 && b.hasPrefix(a)) || (b.count == 1 && a.hasPrefix(b))
  }

  /// Whether two full names differ by slips of the pen only.
  static func isMisspelling(_ a: [String], of b: [String]) -> Bool {
    a.count == b.count && a != b && isFull(a) && isFull(b)
      && zip(a, b).allSatisfy { $0 == $1 || isSlip($0, of: $1) }
  }

  /// Whether one word is a slip of the first or last name.
  static func isSlip(_ words: [String], ofPartOf name: [String]) -> Bool {
    guard let word = words.first, words.count == 1, name.count > 1 else { return false }
    return [name.first, familyName(of: name)].compactMap(\.self)
      .contains { isSlip(word, of: $0) }
  }

  /// Whether a letter is missing, exchanged or swapped with its neighbour, in a word of six letters or
  /// more that begins alike.
  ///
  /// A last letter `a` tells names apart: Daniel and Daniela are two people.
  static func isSlip(_ a: String, of b: String) -> Bool {
    guard max(a.count, b.count) >= 6, a.first == b.first else { return false }
    guard (a.last == "a") == (b.last == "a") else { return false }
    var (x, y) = (Array(a)[...], Array(b)[...])
    while let first = x.first, first == y.first { (x, y) = (x.dropFirst(), y.dropFirst()) }
    while let last = x.last, last == y.last { (x, y) = (x.dropLast(), y.dropLast()) }
    if x.count == 2, y.count == 2 { return x.first == y.last && x.last == y.first }
    return x.count <= 1 && y.count <= 1
  }
}
