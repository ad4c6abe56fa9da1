import Tensors

/// Makes up names that no book holds, each at most once.
struct NameMaker {
  // Sounds that common words have too, so that a name is a handful of tokens, as real names are.
  private static let onsets = [
    "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "b",
    "d", "l", "m", "n", "r", "s", "t", "br", "dr", "gr", "st", "th", "tr",
  ]
  private static let vowels = ["a", "e", "i", "o", "u", "a", "e", "o"]
  private static let codas = ["", "", "", "n", "r", "l", "s", "m", "t", "n", "r", "nd"]

  private var used: Set<String> = []

  /// A person: one name or two.
  mutating func person(using random: inout RandomSource) -> String {
    unused(using: &random) {
      $0.uniform() < 0.6
        ? Self.word(syllables: 2, using: &$0)
        : Self.word(syllables: 2, using: &$0) + " " + Self.word(syllables: 2, using: &$0)
    }
  }

  /// A place: one name.
  mutating func place(using random: inout RandomSource) -> String {
    unused(using: &random) { Self.word(syllables: $0.uniform() < 0.7 ? 2 : 3, using: &$0) }
  }

  /// A thing that has a name of its own, as ships, bells and clocks have.
  mutating func thing(using random: inout RandomSource) -> String {
    unused(using: &random) {
      "the " + Self.word(syllables: 2, using: &$0) + " "
        + ["bell", "clock", "lamp", "boat", "harp", "wheel", "chest", "loom"]
        .randomElement(using: &$0)!
    }
  }

  mutating func name(of kind: EntityKind, using random: inout RandomSource) -> String {
    switch kind {
    case .person: person(using: &random)
    case .place: place(using: &random)
    case .thing: thing(using: &random)
    }
  }

  /// A made-up word with a capital.
  static func word(syllables: Int, using random: inout RandomSource) -> String {
    var word = ""
    for _ in 0..<syllables {
      word += onsets.randomElement(using: &random)! + vowels.randomElement(using: &random)!
    }
    word += codas.randomElement(using: &random)!
    return word.prefix(1).uppercased() + word.dropFirst()
  }

  private mutating func unused(
    using random: inout RandomSource, _ make: (inout RandomSource) -> String
  ) -> String {
    while true {
      let name = make(&random)
      if name.count > 2, used.insert(name).inserted { return name }
    }
  }
}
