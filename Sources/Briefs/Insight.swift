import Foundation

/// Something of the day that was new to an individual, and that it could learn.
public struct Insight: Sendable, Codable, Equatable {
  public var remark: Remark
  public var novelty: Novelty
  /// How much it is about what the individual cares about, in standard deviations of the day; 0 where nothing is known of that.
  public var interest: Double
  public var belief: Belief? = nil
  /// The surprising words in it that are recalled without the text, and those that are not.
  public var recalledWords: [String] = []
  public var missedWords: [String] = []
  /// Of earlier mornings, the nearest first.
  public var related: [Related]

  package init(remark: Remark, novelty: Novelty, interest: Double, related: [Related]) {
    (self.remark, self.novelty) = (remark, novelty)
    (self.interest, self.related) = (interest, related)
  }

  /// An insight of an earlier morning.
  public struct Related: Sendable, Codable, Equatable {
    public var night: Int
    public var remark: Remark
    public var likeness: Double

    package init(night: Int, remark: Remark, likeness: Double) {
      (self.night, self.remark, self.likeness) = (night, remark, likeness)
    }
  }

  /// What was expected before the night in the place of a word.
  public struct Belief: Sendable, Codable, Equatable {
    /// What stands there.
    public var word: String
    /// The chance that it was given.
    public var chance: Double
    /// What else was expected, most likely first.
    public var expected: [Guess]

    package init(word: String, chance: Double, expected: [Guess]) {
      (self.word, self.chance, self.expected) = (word, chance, expected)
    }

    public struct Guess: Sendable, Codable, Equatable {
      public var word: String
      public var chance: Double

      package init(word: String, chance: Double) { (self.word, self.chance) = (word, chance) }
    }
  }
}
