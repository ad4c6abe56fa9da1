import Tensors
import Tokenizers
import Tools

/// Questions about what stands in memory: look it up, then answer from what comes back.
enum RecallLesson {
  static func make(breadth: Breadth, using random: inout RandomSource) -> Lesson {
    var world = FactWorld(
      factCount: random.integer(in: breadth.facts / 2..<breadth.facts + 2), breadth: breadth,
      using: &random)
    var lesson = Lesson()
    lesson.setUp(Toolset.listing(including: "lookup", using: &random))
    for _ in 0..<random.integer(in: 2..<5) { ask(&world, in: &lesson, using: &random) }
    lesson.world = world
    return lesson
  }

  private static func ask(
    _ world: inout FactWorld, in lesson: inout Lesson, using random: inout RandomSource
  ) {
    let draw = random.uniform()
    if draw < 0.15 {
      let relation = world.anyRelation(using: &random)
      let name = world.stranger(Relation.all[relation].subject, using: &random)
      let question = world.wording.question(relation, subject: name, using: &random)
      lesson.ask(
        question, .recall,
        look(for: name, in: world, using: &random)
          + [.text(Wording.refusal(relation, subject: name))])
    } else if draw < 0.3, let miss = world.nearMiss(using: &random) {
      let question = world.wording.question(miss.relation, subject: miss.subject, using: &random)
      lesson.ask(
        question, .recall,
        look(for: miss.subject, in: world, using: &random)
          + [.text(Wording.refusal(miss.relation, subject: miss.subject))])
    } else if draw < 0.55, let chain = world.chains.randomElement(using: &random) {
      let question = world.wording.chainQuestion(chain, using: &random)
      lesson.ask(
        question, .recall,
        look(for: chain.first.subject, in: world, using: &random)
          + [.text(Wording.answer(chain.first))]
          + look(for: chain.first.value, in: world, using: &random)
          + [.text(Wording.answer(chain.second))])
    } else {
      let fact = world.facts.randomElement(using: &random)!
      let question = world.wording.question(
        fact.relationIndex, subject: fact.subject, using: &random)
      lesson.ask(
        question, .recall,
        look(for: fact.subject, in: world, using: &random) + [.text(Wording.answer(fact))])
    }
  }

  /// A call of `lookup` and what it finds: up to six sentences with the name, now and then another.
  private static func look(
    for name: String, in world: FactWorld, using random: inout RandomSource
  ) -> [Conversation.Part] {
    var found = world.facts.filter { $0.subject == name || $0.value == name }
    found = Array(
      found.shuffled(using: &random).sorted { $0.subject == name && $1.subject != name })
    // What a full-text index finds need not be about the name.
    if !found.isEmpty, random.uniform() < 0.3,
      let other = world.facts.randomElement(using: &random),
      !found.contains(other)
    {
      found.append(other)
    }
    return call(
      for: name, finding: found.prefix(6).map { world.wording.statement($0, using: &random) })
  }

  /// A call of `lookup` with what comes back.
  static func call(for name: String, finding sentences: [String]) -> [Conversation.Part] {
    [
      .call("lookup \(name)"),
      .result(sentences.isEmpty ? "nothing found" : sentences.joined(separator: " ")),
    ]
  }
}
