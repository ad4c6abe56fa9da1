/// What a template may use up: templates are downloaded with models, and nobody has read them.
public struct TemplateLimits: Sendable, Hashable {
  /// Steps: an expression, a turn of a loop, a character written or made are one each.
  public var steps = 50_000_000
  /// The most characters of a text, the output among them, and of all that a list or mapping holds.
  public var characters = 4_000_000
  /// How deep calls and expressions may stand within each other while a template runs.
  public var depth = 250
  /// The most numbers that `range` gives.
  public var rangeLength = 100_000

  /// How deep brackets, operators and blocks may stand within each other in a template's text.
  static let syntaxDepth = 60
  /// How many operators, attributes or filters may follow each other without brackets.
  static let chainLength = 200
  /// How deep lists and mappings may stand within each other.
  static let valueDepth = 100

  public init() {}
}
