extension People {
  /// Those whom `query` may mean: one if it is clear, several if not, none for someone unknown.
  ///
  /// A name as it is shown counts before any other, a name an episode uses before a part of one, and that
  /// before a misspelling.
  public func persons(called query: String) -> [Person] {
    let shown = persons.filter { $0.name.lowercased() == query.lowercased() }
    guard shown.isEmpty, let words = PersonName(query)?.words else { return shown }
    func matching(_ isMatch: ([String]) -> Bool) -> [Person] {
      persons.filter { $0.forms.contains(where: isMatch) }
    }
    func isShort(_ name: [String]) -> Bool { PersonName.isShort(words, of: name) }
    if words.count == 1 {
      let found = matching { $0 == words || isShort($0) }
      return found.isEmpty ? matching { PersonName.isSlip(words, ofPartOf: $0) } : found
    }
    let steps: [([String]) -> Bool] = [
      { $0 == words }, isShort, { PersonName.isMisspelling(words, of: $0) },
    ]
    return steps.lazy.map(matching).first { !$0.isEmpty } ?? []
  }
}
