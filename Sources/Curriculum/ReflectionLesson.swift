import Foundation
import Tensors
import Tokenizers

/// A passage becomes study material: questions with answers, other words, turned statements, links.
enum ReflectionLesson {
  static func make(breadth: Breadth, using random: inout RandomSource) -> Lesson {
    let count = random.integer(in: 2..<max(breadth.facts * 2 / 3, 3))
    var world = FactWorld(factCount: count, breadth: breadth, using: &random)
    let passage = FactLesson.Passage(of: &world, updates: false, using: &random)
    var lesson = Lesson()
    let opening = FactLesson.Opening(passage.text, in: &lesson, using: &random)
    var prefix = opening.prefix
    for wish in Wish.allCases.shuffled(using: &random).prefix(random.integer(in: 1..<3)) {
      let (request, answer) = wish.fulfil(world, passage, using: &random)
      lesson.ask(prefix + request, wish == .questions ? .reflection : .restatement, answer)
      prefix = ""
    }
    lesson.world = world
    return lesson
  }

  /// A lesson that asks for questions alone, for examinations.
  static func makeQuestions(factCount: Int, using random: inout RandomSource) -> Lesson {
    var world = FactWorld(factCount: factCount, using: &random)
    let passage = FactLesson.Passage(of: &world, updates: false, using: &random)
    var lesson = Lesson()
    let (request, answer) = Wish.questions.fulfil(world, passage, using: &random)
    lesson.ask(passage.text + "\n" + request, .reflection, answer)
    lesson.world = world
    return lesson
  }

  /// What can be asked for.
  private enum Wish: CaseIterable {
    case questions, otherWords, turned, link

    /// The passage's first six facts are gone through in its own order: what has been done is then plain
    /// to see, and the most likely next item is not one that is there already.
    func fulfil(
      _ world: FactWorld, _ passage: FactLesson.Passage, using random: inout RandomSource
    ) -> (request: String, answer: String) {
      let facts = passage.order.prefix(6).map { world.facts[$0] }
      switch self {
      case .questions:
        let items = facts.map { fact in
          let isInverse = random.uniform() < 0.25 && world.invertible.contains(fact)
          return StudyItem(
            question: isInverse
              ? world.wording.inverseQuestion(fact, using: &random)
              : world.wording.question(fact.relationIndex, subject: fact.subject, using: &random),
            answer: isInverse ? fact.subject : fact.value)
        }
        return (
          Phrases.writeQuestions.randomElement(using: &random)!,
          items.map(\.line).joined(separator: "\n")
        )
      case .otherWords:
        return (
          Phrases.sayOtherwise.randomElement(using: &random)!,
          facts.map { world.wording.statement($0, using: &random) }.joined(separator: " ")
        )
      case .turned:
        return (
          Phrases.turnAround.randomElement(using: &random)!,
          facts.map { world.wording.reversal($0, using: &random) }.joined(separator: " ")
        )
      case .link: return link(in: world, using: &random)
      }
    }

    /// A fact that holds both, or two facts with one value, or nothing.
    private func link(
      in world: FactWorld, using random: inout RandomSource
    ) -> (request: String, answer: String) {
      var names = world.entities.map(\.name).shuffled(using: &random)
      if names.count == 1 {
        var world = world
        names.append(world.stranger(.person, using: &random))
      }
      let direct = world.facts.filter { fact in names.contains(fact.value) }
      let pair: (String, String)
      if random.uniform() < 0.6, let fact = direct.randomElement(using: &random) {
        pair = random.uniform() < 0.5 ? (fact.subject, fact.value) : (fact.value, fact.subject)
      } else {
        pair = (names[0], names[1])
      }
      let (first, second) = pair
      let request = Phrases.connect.randomElement(using: &random)!
        .replacingOccurrences(of: "{first}", with: first)
        .replacingOccurrences(of: "{second}", with: second)
      let between = world.facts.first {
        ($0.subject == first && $0.value == second) || ($0.subject == second && $0.value == first)
      }
      if let between { return (request, world.wording.statement(between, using: &random)) }
      for one in world.facts where one.subject == first {
        for other in world.facts
        where other.subject == second && other.relationIndex == one.relationIndex
          && other.value == one.value
        {
          return (
            request,
            world.wording.statement(one, using: &random) + " "
              + world.wording.statement(other, using: &random)
          )
        }
      }
      return (request, Lesson.unknown)
    }
  }
}
