/// The names by which a document calls its speakers, and the one spelling used for each.
struct SpeakerRoster {
  private var spellings: [String: String] = [:]
  private var shortForms: [String: String?] = [:]

  /// Names of the front matter also answer to their initials and first names, if unambiguous.
  init(_ names: [String]) {
    for name in names {
      add(name)
      guard let first = SpeakerRoster.words(of: name).first, first != name else { continue }
      addShortForm(SpeakerRoster.initials(of: name), of: name)
      addShortForm(String(first), of: name)
    }
  }

  /// The first letters of a name's words: `AvW` for Aaron van Wirdum.
  static func initials(of name: String) -> String { String(words(of: name).compactMap(\.first)) }

  private static func words(of name: String) -> [Substring] {
    name.split(whereSeparator: { " -,".contains($0) })
  }

  /// The spelling for `name`, or nil for someone unknown.
  func spelling(of name: String) -> String? {
    let key = name.lowercased()
    return spellings[key] ?? shortForms[key] ?? nil
  }

  /// The spelling for `name`, which from now on is known.
  mutating func add(_ name: String, alias: String? = nil) {
    let spelling = self.spelling(of: name) ?? name
    spellings[name.lowercased()] = spelling
    if let alias, !alias.isEmpty, spellings[alias.lowercased()] == nil {
      spellings[alias.lowercased()] = spelling
    }
  }

  private mutating func addShortForm(_ form: String, of name: String) {
    let key = form.lowercased()
    shortForms.updateValue(shortForms[key] == nil ? name : nil, forKey: key)
  }
}
