/// Tells which names in which episodes are the same person, whatever the order they were read in.
///
/// 1. Names of the same words are one person; so is a misspelling of exactly one other full name that is
///    more frequent.
/// 2. A shorter name is the one person whose longer name holds it: of those who speak in the episode, if
///    there are any, else in the show, else in all that was read. Where there are several it stays alone.
/// 3. One word that is no one's name is a misspelled first or last name of the one in the episode who has
///    such a name.
struct NameResolution {
  /// A name in an episode.
  struct Mention: Hashable {
    let words: [String]
    let episode: Int
  }

  private(set) var personCount = 0
  private var persons: [Mention: Int] = [:]

  /// The person of a name in an episode.
  func person(_ words: [String], inEpisode episode: Int) -> Int? {
    persons[Mention(words: words, episode: episode)]
  }

  /// Resolves all mentions; `shows` has the show of every episode, where it is known.
  init(_ mentions: Set<Mention>, shows: [String?]) {
    let spelling = Self.spellings(mentions)
    let levels = Dictionary(grouping: mentions) { Level($0.words) }
    var known = KnownPersons(shows: shows)
    var numbers: [Key: Int] = [:]
    for level in levels.keys.sorted() {
      // What is resolved on one level does not change what else is resolved on it.
      let resolved = levels[level, default: []].map { mention in
        let words = spelling[mention.words] ?? mention.words
        return (mention, Self.key(words, mention.episode, known, shows))
      }
      for (mention, match) in resolved.sorted(by: { $0.0 < $1.0 }) {
        let number: Int
        switch match {
        case .known(let person): number = person
        case .own(let key):
          number = numbers[key] ?? personCount
          numbers[key] = number
          personCount = max(personCount, number + 1)
        }
        persons[mention] = number
        known.add(number, named: spelling[mention.words] ?? mention.words, mention)
      }
    }
  }

  /// The longest names first, of as many words the one with fewer initials.
  private struct Level: Hashable, Comparable {
    let wordCount, fullWordCount: Int

    init(_ words: [String]) {
      wordCount = words.count
      fullWordCount = PersonName.fullWordCount(of: words)
    }

    static func < (a: Level, b: Level) -> Bool {
      (a.wordCount, a.fullWordCount) > (b.wordCount, b.fullWordCount)
    }
  }

  /// Someone who is no one else: by name, or by name within a show or an episode.
  private struct Key: Hashable {
    enum Scope: Hashable {
      case everywhere
      case show(String)
      case episode(Int)
    }
    let words: [String]
    let scope: Scope
  }

  private enum Match {
    case known(Int)
    case own(Key)
  }

  private static func key(
    _ words: [String], _ episode: Int, _ known: KnownPersons, _ shows: [String?]
  ) -> Match {
    let holders = known.holders(of: words)
    let inEpisode = holders.filter { known.speaks($0, inEpisode: episode) }
    let inShow = shows[episode].map { show in holders.filter { known.speaks($0, inShow: show) } }
    let nearest = [inEpisode, inShow ?? [], holders].first { !$0.isEmpty } ?? []
    if let only = nearest.first, nearest.count == 1 { return .known(only) }
    if nearest.isEmpty, words.count == 1 {
      let near = known.persons(inEpisode: episode).filter { known.hasSlip(words, inNameOf: $0) }
      if let only = near.first, near.count == 1 { return .known(only) }
    }
    // A first name that several have, and two initials, are someone else in every show.
    let isTelling = nearest.isEmpty && words.joined().count > 2
    if isTelling || PersonName.isFull(words) {
      return .own(Key(words: words, scope: .everywhere))
    }
    return .own(
      Key(words: words, scope: shows[episode].map { .show($0) } ?? .episode(episode)))
  }

  /// The spelling to use for each misspelled name.
  private static func spellings(_ mentions: Set<Mention>) -> [[String]: [String]] {
    var counts: [[String]: Int] = [:]
    for mention in mentions where PersonName.isFull(mention.words) {
      counts[mention.words, default: 0] += 1
    }
    // Names that begin alike: only these can be slips of each other.
    let initials = Dictionary(grouping: counts.keys) { $0.map { $0.prefix(1) } }
    var spelling: [[String]: [String]] = [:]
    for alike in initials.values where alike.count > 1 {
      let frequentFirst = alike.sorted {
        (counts[$1, default: 0], $0) < (counts[$0, default: 0], $1)
      }
      var right: [[String]] = []
      for words in frequentFirst {
        let near = right.filter { PersonName.isMisspelling(words, of: $0) }
        if let only = near.first, near.count == 1 {
          spelling[words] = only
        } else {
          right.append(words)
        }
      }
    }
    return spelling
  }
}

extension NameResolution.Mention: Comparable {
  static func < (a: Self, b: Self) -> Bool {
    a.words == b.words ? a.episode < b.episode : a.words < b.words
  }
}

/// Persons whose names are long enough to hold shorter ones.
private struct KnownPersons {
  private let shows: [String?]
  private var names: [Int: Set<[String]>] = [:]
  /// Who has a word or an initial in a name.
  private var byWord: [String: Set<Int>] = [:]
  private var byEpisode: [Int: Set<Int>] = [:]
  private var byShow: [String: Set<Int>] = [:]

  init(shows: [String?]) { self.shows = shows }

  mutating func add(_ person: Int, named words: [String], _ mention: NameResolution.Mention) {
    for name in [words, mention.words] where names[person, default: []].insert(name).inserted {
      for word in name { byWord[word, default: []].insert(person) }
    }
    byEpisode[mention.episode, default: []].insert(person)
    if let show = shows[mention.episode] { byShow[show, default: []].insert(person) }
  }

  /// Those of whose names `words` is a shorter form.
  func holders(of words: [String]) -> [Int] {
    // The longest word leaves the fewest to look at; a name may have its initial only.
    guard let longest = words.max(by: { ($0.count, $0) < ($1.count, $1) }) else { return [] }
    let near = byWord[longest, default: []].union(byWord[String(longest.prefix(1)), default: []])
    return near.filter { person in
      names[person, default: []].contains { PersonName.isShort(words, of: $0) }
    }
    .sorted()
  }

  func hasSlip(_ words: [String], inNameOf person: Int) -> Bool {
    names[person, default: []].contains { PersonName.isSlip(words, ofPartOf: $0) }
  }

  func persons(inEpisode episode: Int) -> Set<Int> { byEpisode[episode, default: []] }

  func speaks(_ person: Int, inEpisode episode: Int) -> Bool {
    byEpisode[episode]?.contains(person) == true
  }

  func speaks(_ person: Int, inShow show: String) -> Bool {
    byShow[show]?.contains(person) == true
  }
}

/// In the order of a dictionary.
private func < (a: [String], b: [String]) -> Bool { a.lexicographicallyPrecedes(b) }
private func < (a: (Int, [String]), b: (Int, [String])) -> Bool {
  a.0 == b.0 ? a.1 < b.1 : a.0 < b.0
}
