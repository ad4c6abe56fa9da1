import Curriculum
import Tensors
import Testing

/// Lessons begin with few relations in few words and grow to the whole curriculum.
@Suite struct BreadthTests {
  private func worlds(_ share: Double, count: Int = 200) -> [FactWorld] {
    (0..<count).map { index in
      var random = RandomSource(seed: 5, name: "world \(index)")
      return FactWorld(factCount: 6, breadth: Breadth(share: share), using: &random)
    }
  }

  private func relations(_ share: Double) -> Set<String> {
    Set(worlds(share).flatMap(\.facts).map(\.relation.name))
  }

  @Test func aNarrowBeginningHasTwoRelationsOfEachKind() {
    let kinds = Dictionary(grouping: Relation.all, by: \.subject)
    let first = Set(kinds.values.flatMap { $0.prefix(2) }.map(\.name))
    #expect(relations(0) == first)
    #expect(Breadth(share: 0).facts == 3 && Breadth(share: 0).wordings == 1)
  }

  @Test func everyRelationComesUpInTheEnd() {
    #expect(relations(1) == Set(Relation.all.map(\.name)))
    #expect(relations(1) == relations(2) && relations(0) == relations(-1))
  }

  @Test func breadthNeverShrinks() {
    let shares = stride(from: 0.0, through: 1, by: 0.1).map(Breadth.init(share:))
    for (earlier, later) in zip(shares, shares.dropFirst()) {
      #expect(earlier.relations <= later.relations && earlier.wordings <= later.wordings)
      #expect(earlier.facts <= later.facts)
    }
  }

  @Test func aNarrowLessonSpeaksInTheFirstWordings() throws {
    var found = 0
    for index in 0..<50 {
      var random = RandomSource(seed: 6, name: "\(index)")
      let lesson = Curriculum.lesson(on: .facts, breadth: Breadth(share: 0), using: &random)
      let said = lesson.conversation.turns.map(\.text).joined(separator: "\n")
      let world = try #require(lesson.world)
      #expect(world.facts.count <= 3)
      for fact in world.facts {
        func says(_ wording: String) -> Bool {
          // Without its beginning, which may have become a capital.
          let sentence = wording.replacing("{subject}", with: fact.subject)
            .replacing("{value}", with: fact.value)
          return said.contains(sentence.dropFirst())
        }
        let isSaidInOthers = fact.relation.statements.dropFirst().contains(where: says)
        #expect(!isSaidInOthers, "\(fact)\n\(said)")
        if says(fact.relation.statements[0]) { found += 1 }
      }
    }
    // Not all: some have changed since they were said.
    #expect(found > 50)
  }
}
