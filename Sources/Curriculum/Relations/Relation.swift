/// What a fact says about its subject, and the many ways to say and ask it.
///
/// Every wording is a template. `{subject}` and `{value}` stand for names or words without an
/// article; `{a value}` stands for the value after "a" or, before a vowel letter, "an". A wording
/// or a value may open a sentence, so the first letter is to be capitalised after filling.
/// Places are towns, and things are single objects with a name of their own.
public struct Relation: Sendable {
  /// The unique lowercase name, such as "home".
  public var name: String

  /// The kind of entity that the fact is about.
  public var subject: EntityKind

  /// The kind of value that the fact gives.
  public var value: ValueKind

  /// Twelve statements in which the subject comes before the value.
  public var statements: [String]

  /// Twelve questions for the value, each naming only the subject.
  public var questions: [String]

  /// Four statements in which the value comes before the subject.
  public var reversals: [String]

  /// Four questions for the subject, each naming only the value.
  public var inverseQuestions: [String]

  /// Four noun phrases that stand for the value wherever its name could stand.
  public var phrases: [String]

  /// Four statements that replace what was said before.
  public var updates: [String]
}

extension Relation {
  /// Every relation: those of people, then of places, then of things.
  public static let all: [Relation] = people + places + things
}

/// What a made-up name belongs to.
public enum EntityKind: String, Sendable, CaseIterable {
  case person, place, thing
}

/// What may stand as the value of a fact.
public enum ValueKind: Sendable, Hashable {
  /// The made-up name of an entity, which may have facts of its own.
  case entity(EntityKind)
  /// An English word from a fixed list.
  case word(WordKind)
  /// The made-up name of a river, without the word "river".
  case river
  /// A year in digits.
  case year
}
