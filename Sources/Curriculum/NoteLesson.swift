import Tensors
import Tokenizers

/// What is to be remembered is given to the `note` tool, word for word.
enum NoteLesson {
  static func make(breadth: Breadth, using random: inout RandomSource) -> Lesson {
    let world = FactWorld(
      factCount: random.integer(in: 1..<4), breadth: breadth, using: &random)
    var lesson = Lesson()
    lesson.setUp(Toolset.listing(including: "note", using: &random))
    for fact in world.facts {
      let sentence = world.wording.statement(fact, using: &random)
      let wish = Phrases.remember.randomElement(using: &random)!
      lesson.ask(
        wish + " " + sentence, .note,
        [.call("note \(sentence)"), .result("saved"), .text("Noted.")])
      if random.uniform() < 0.5 {
        lesson.ask(
          world.wording.question(fact.relationIndex, subject: fact.subject, using: &random),
          .lookup,
          Wording.answer(fact))
      }
    }
    lesson.world = world
    return lesson
  }
}
