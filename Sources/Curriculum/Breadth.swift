/// How much of the curriculum's variety comes up.
///
/// With everything at once a small core learns to tell relations and, for a long time, not names. It begins
/// with few relations in few words, where nothing but the name tells facts apart, and grows from there.
public struct Breadth: Sendable, Equatable {
  /// Relations of each kind of subject, the first ones.
  public var relations: Int
  /// Wordings of every relation's statements and questions, the first ones.
  public var wordings: Int
  /// The most facts that a passage states; a memory behind `lookup` may hold one more.
  public var facts: Int

  public static let full = Breadth(relations: .max, wordings: .max, facts: 12)

  /// A share of everything, from 0 (two relations, one wording, three facts) to 1.
  public init(share: Double) {
    func part(_ least: Int, _ most: Int) -> Int {
      least + Int((min(max(share, 0), 1) * Double(most - least)).rounded())
    }
    relations = part(2, 14)
    wordings = part(1, 12)
    facts = part(3, 12)
  }

  private init(relations: Int, wordings: Int, facts: Int) {
    (self.relations, self.wordings, self.facts) = (relations, wordings, facts)
  }

  /// The indices of the relations of one kind of subject.
  func relations(of kind: EntityKind) -> [Int] {
    Array(
      Relation.all.indices.lazy.filter { Relation.all[$0].subject == kind }.prefix(relations))
  }
}
