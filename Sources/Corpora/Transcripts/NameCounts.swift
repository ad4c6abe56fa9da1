/// How often each name stands in front of text.
struct NameCounts {
  private var counts: [String: Int] = [:]

  /// A file with more names than this is no conversation; further ones are not kept.
  private static let mostNames = 10_000

  mutating func count(_ name: String) {
    if let count = counts[name] {
      counts[name] = count + 1
    } else if counts.count < NameCounts.mostNames {
      counts[name] = 1
    }
  }

  func contains(_ name: String) -> Bool { counts[name] != nil }

  var all: Set<String> { Set(counts.keys) }
  var total: Int { counts.values.reduce(0, +) }

  /// Without the names that occur once, except those that `isKnown` accepts.
  func recurring(orKnown isKnown: (String) -> Bool) -> NameCounts {
    var kept = NameCounts()
    kept.counts = counts.filter { $0.value > 1 || isKnown($0.key) }
    return kept
  }

  var recurring: NameCounts { recurring { _ in false } }
}
