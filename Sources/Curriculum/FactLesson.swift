import Tensors
import Tokenizers
import Tools

/// A passage about a made-up world and questions about it, some of which it does not answer.
enum FactLesson {
  static func make(
    factCount: Int? = nil, breadth: Breadth = .full, using random: inout RandomSource
  ) -> Lesson {
    let count = factCount ?? random.integer(in: 2..<breadth.facts + 1)
    var world = FactWorld(factCount: count, breadth: breadth, using: &random)
    let passage = Passage(of: &world, updates: random.uniform() < 0.5, using: &random)
    var lesson = Lesson()
    let opening = Opening(passage.text, in: &lesson, using: &random)
    var questions = Questions(world, updated: passage.updated, canLookUp: opening.offersLookup)
    for index in 0..<random.integer(in: 5..<13) {
      if index > 0, random.uniform() < 0.06 {
        questions.announceUpdate(in: &lesson, using: &random)
      }
      questions.ask(in: &lesson, opening: index == 0 ? opening : nil, using: &random)
    }
    lesson.world = questions.world
    return lesson
  }

  /// The sentences of a world in some order, with some facts replaced by later ones.
  struct Passage {
    var text: String
    /// Which facts had an earlier value.
    var updated: Set<Int> = []
    /// The facts in the order in which they are last said.
    var order: [Int]

    init(of world: inout FactWorld, updates: Bool, using random: inout RandomSource) {
      var sentences = world.facts.indices.shuffled(using: &random).map {
        (fact: $0, text: world.wording.statement(world.facts[$0], using: &random))
      }
      if updates {
        for _ in 0..<random.integer(in: 1..<3) {
          let index = random.integer(in: 0..<world.facts.count)
          guard updated.insert(index).inserted else { continue }
          let fact = world.update(index, using: &random)
          let text =
            random.uniform() < 0.7
            ? world.wording.update(fact, using: &random)
            : world.wording.statement(fact, using: &random)
          let earlier = sentences.firstIndex { $0.fact == index }!
          let place = random.integer(in: earlier + 1..<sentences.count + 1)
          sentences.insert((index, text), at: place)
        }
      }
      order = sentences.indices.filter { index in
        !sentences[(index + 1)...].contains { $0.fact == sentences[index].fact }
      }.map { sentences[$0].fact }
      var texts = sentences.map(\.text)
      if random.uniform() < 0.25 {
        for _ in 0..<random.integer(in: 1..<4) {
          texts.insert(
            Phrases.asides.randomElement(using: &random)!,
            at: random.integer(in: 0..<texts.count + 1))
        }
      }
      text = texts.joined(separator: " ")
    }
  }

  /// How a passage comes before the assistant: said before the first question, set up, or read out first.
  ///
  /// Some also offer tools: what stands in the context is not to be looked up.
  struct Opening {
    /// What stands before the first question in its own turn.
    private(set) var prefix = ""
    /// Whether `lookup` is among the tools.
    let offersLookup: Bool

    init(_ passage: String, in lesson: inout Lesson, using random: inout RandomSource) {
      let tools = random.uniform() < 0.25 ? Toolset.some(using: &random) : []
      offersLookup = tools.contains("lookup")
      let announcement = tools.isEmpty ? nil : Toolbox.announcement(of: tools)
      let place = random.integer(in: 0..<4)
      let setting = [place == 0 ? passage : nil, announcement].compactMap(\.self)
      if !setting.isEmpty { lesson.setUp(setting.joined(separator: "\n")) }
      switch place {
      case 0: break
      case 1:
        lesson.tell(
          Phrases.readThis.randomElement(using: &random)! + "\n" + passage,
          reply: "I have read it.")
      default: prefix = passage + "\n"
      }
    }
  }

  /// Asks about a world; facts that have not been asked for come first.
  struct Questions {
    private(set) var world: FactWorld
    private var updated: Set<Int>
    private let canLookUp: Bool
    private var asked: Set<FactWorld.Fact> = []

    /// Where one `canLookUp`, one does before saying that one does not know; nothing is ever found.
    init(_ world: FactWorld, updated: Set<Int>, canLookUp: Bool) {
      self.world = world
      self.updated = updated
      self.canLookUp = canLookUp
    }

    /// Changes a fact in the middle of the conversation.
    mutating func announceUpdate(in lesson: inout Lesson, using random: inout RandomSource) {
      let index = random.integer(in: 0..<world.facts.count)
      let fact = world.update(index, using: &random)
      updated.insert(index)
      lesson.tell(world.wording.update(fact, using: &random), reply: "Noted.")
    }

    mutating func ask(
      in lesson: inout Lesson, opening: Opening?, using random: inout RandomSource
    ) {
      let (question, skill, answer) = next(using: &random)
      lesson.ask((opening?.prefix ?? "") + question, skill, answer)
    }

    private func refusal(_ relation: Int, subject: String) -> [Conversation.Part] {
      (canLookUp ? RecallLesson.call(for: subject, finding: []) : [])
        + [.text(Wording.refusal(relation, subject: subject))]
    }

    private mutating func next(
      using random: inout RandomSource
    ) -> (question: String, skill: Skill, answer: [Conversation.Part]) {
      let draw = random.uniform()
      if draw < 0.12 {
        let relation = relationForStranger(using: &random)
        let name = world.stranger(Relation.all[relation].subject, using: &random)
        return (
          world.wording.question(relation, subject: name, using: &random), .stranger,
          refusal(relation, subject: name)
        )
      }
      if draw < 0.28, let miss = world.nearMiss(using: &random) {
        let question = world.wording.question(miss.relation, subject: miss.subject, using: &random)
        return (question, .nearMiss, refusal(miss.relation, subject: miss.subject))
      }
      if draw < 0.42, let chain = world.chains.randomElement(using: &random) {
        let question = world.wording.chainQuestion(chain, using: &random)
        return (
          question, .twoHop,
          [.text(Wording.answer(chain.first) + " " + Wording.answer(chain.second))]
        )
      }
      if draw < 0.55,
        let fact = world.invertible.filter({ !asked.contains($0) }).randomElement(using: &random)
      {
        asked.insert(fact)
        let question = world.wording.inverseQuestion(fact, using: &random)
        return (question, .inverse, [.text("\(Wording.inverseKey(fact)) \(fact.subject).")])
      }
      let fresh = world.facts.indices.filter { !asked.contains(world.facts[$0]) }
      // Half the time one that had an earlier value, where there is any: the later one stands.
      let pool = fresh.filter(updated.contains)
      let index =
        (random.uniform() < 0.5 ? pool.randomElement(using: &random) : nil)
        ?? fresh.randomElement(using: &random) ?? random.integer(in: 0..<world.facts.count)
      let fact = world.facts[index]
      asked.insert(fact)
      return (
        world.wording.question(fact.relationIndex, subject: fact.subject, using: &random),
        updated.contains(index) ? .update : .lookup, [.text(Wording.answer(fact))]
      )
    }

    private func relationForStranger(using random: inout RandomSource) -> Int {
      random.uniform() < 0.6
        ? world.facts.randomElement(using: &random)!.relationIndex
        : world.anyRelation(using: &random)
    }
  }
}
