import Tensors

/// A wording of a question for a relation's value: which relation, and which of its twelve questions.
public struct QuestionWording: Sendable, Hashable, Codable {
  public var relation: Int
  public var wording: Int

  public init(relation: Int, wording: Int) {
    self.relation = relation
    self.wording = wording
  }

  /// The wordings that `question` may be in, and of whom each then asks; none for words of another kind.
  public static func all(of question: String) -> [(wording: QuestionWording, subject: String)] {
    Relation.all.indices.flatMap { relation in
      Relation.all[relation].questions.indices.compactMap { index in
        let template = Relation.all[relation].questions[index]
        guard let place = template.range(of: "{subject}") else { return nil }
        let before = Wording.capitalized(String(template[..<place.lowerBound]))
        let after = template[place.upperBound...]
        guard question.count > before.count + after.count, question.hasPrefix(before),
          question.hasSuffix(after)
        else { return nil }
        let subject = String(question.dropFirst(before.count).dropLast(after.count))
        return (QuestionWording(relation: relation, wording: index), subject)
      }
    }
  }

  /// The question in this wording.
  public func question(about subject: String) -> String {
    Wording.fill(Relation.all[relation].questions[wording], subject: subject)
  }
}

extension FactWorld {
  /// What the world says, a sentence for every fact, in one of its wordings and in the facts' order.
  public func statements(using random: inout RandomSource) -> [String] {
    facts.map { wording.statement($0, using: &random) }
  }

  /// A sentence that says `fact`, in one of its relation's wordings.
  public static func statement(of fact: Fact, using random: inout RandomSource) -> String {
    Wording(choices: Breadth.full.wordings).statement(fact, using: &random)
  }

  /// A question about somebody or something of a world that is not told.
  public static func question(aboutAnyone random: inout RandomSource) -> String {
    let world = FactWorld(factCount: 1, using: &random)
    return world.wording.question(
      world.facts[0].relationIndex, subject: world.facts[0].subject, using: &random)
  }

  /// A name of which nothing is said, of the kind that `relation` is asked of.
  public mutating func stranger(to relation: Int, using random: inout RandomSource) -> String {
    stranger(Relation.all[relation].subject, using: &random)
  }

  /// Someone of whom something is said, and a relation that would fit and is not among what is said.
  public func unsaid(using random: inout RandomSource) -> (relation: Int, subject: String)? {
    nearMiss(using: &random)
  }
}

extension Curriculum {
  /// The ways in which a core is asked for study questions about a passage that stands before the request.
  public static let reflectionRequests = Phrases.writeQuestions
}
