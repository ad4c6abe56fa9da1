/// Finds what a mistyped word was probably meant to be.
package enum Spelling {
  /// The fewest insertions, deletions, substitutions and swaps of neighbours that turn one word
  /// into the other ("optimal string alignment").
  package static func distance(_ first: String, _ second: String) -> Int {
    let a = Array(first)
    let b = Array(second)
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(
          previous[j + 1] + 1,
          row[j] + 1,
          previous[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, beforePrevious[j - 1] + 1)
        }
        row.append(cost)
      }
      beforePrevious = previous
      previous = row
    }
    return previous[b.count]
  }

  /// The candidate nearest to `word`, or nil where none is near enough to be worth a guess.
  ///
  /// Letter case and leading dashes do not count; one mistake in three letters is still near.
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    // A very long argument is no misspelling, and comparing it would cost its length squared.
    guard word.utf8.count <= 64 else { return nil }
    let plain = bare(word)
    let near = candidates.compactMap { candidate -> (name: String, distance: Int)? in
      let other = bare(candidate)
      let distance = distance(plain, other)
      if distance <= max(1, max(plain.count, other.count) / 3), distance < other.count {
        return (candidate, distance)
      }
      return plain.count >= 3 && other.hasPrefix(plain) ? (candidate, distance) : nil
    }
    return near.min { $0.distance < $1.distance }?.name
  }

  private static func bare(_ word: String) -> String {
    String(word.lowercased().drop { $0 == "-" })
  }
}
