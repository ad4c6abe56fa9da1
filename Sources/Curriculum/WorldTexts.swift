import Tensors

/// Texts about made-up worlds, as a core knows them from its training: what is said of each, and questions with their answers.
public enum WorldTexts {
  /// So many worlds of ten facts each, one after another.
  public static func text(worlds: Int, seed: UInt64) -> String {
    var random = RandomSource(seed: seed, name: "worlds to read")
    return (0..<worlds).map { _ in
      let world = FactWorld(factCount: 10, using: &random)
      let statements = world.statements(using: &random)
      let questions = world.facts.map { fact in
        let wording = random.integer(in: 0..<fact.relation.questions.count)
        return QuestionWording(relation: fact.relationIndex, wording: wording)
          .question(about: fact.subject) + " " + fact.value + "."
      }
      return (statements + questions).joined(separator: " ")
    }.joined(separator: "\n")
  }
}
