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

  /// An insight of an earlier morning.
  public struct Related: Sendable, Codable, Equatable {
    public var night: Int
    public var remark: Remark
    public var likeness: Double
  }

  /// What was expected before the night in the place of a word.
  public struct Belief: Sendable, Codable, Equatable {
    /// What stands there.
    public var word: String
    /// The chance that it was given.
    public var chance: Double
    /// What else was expected, most likely first.
    public var expected: [Guess]

    public struct Guess: Sendable, Codable, Equatable {
      public var word: String
      public var chance: Double
    }
  }
}
