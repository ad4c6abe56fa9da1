/// What becomes of the matches at which text is split.
enum SplitBehavior: String, Sendable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"

  /// A stretch of the text: a match, or what lies between two.
  struct Part {
    var range: Range<Int>
    var isMatch: Bool
  }

  /// The pieces that the parts, which together are the text, make.
  func pieces(of parts: [Part]) -> [Range<Int>] {
    switch self {
    case .isolated: parts.map(\.range)
    case .removed: parts.lazy.filter { !$0.isMatch }.map(\.range)
    case .contiguous: Self.joined(parts) { previous, part in previous == part }
    case .mergedWithPrevious: Self.joined(parts) { previous, part in part && !previous }
    case .mergedWithNext:
      // Seen from the end, the next is the previous.
      Self.joined(parts.reversed()) { previous, part in part && !previous }.reversed()
    }
  }

  /// Joins a part with the one before where the two are such: were matches or were not.
  ///
  /// The first part has none before it, which counts as one that is no match.
  private static func joined(
    _ parts: some Sequence<Part>, where belongsToPrevious: (Bool, Bool) -> Bool
  ) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var previous = false
    for part in parts {
      if let last = pieces.last, belongsToPrevious(previous, part.isMatch) {
        let start = min(last.lowerBound, part.range.lowerBound)
        pieces[pieces.count - 1] = start..<max(last.upperBound, part.range.upperBound)
      } else {
        pieces.append(part.range)
      }
      previous = part.isMatch
    }
    return pieces
  }
}
