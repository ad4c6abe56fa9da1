import Curriculum
import Studies
import Tensors
import Testing

@Suite struct FactDayTests {
  private let phrasings = UnseenPhrasings(seed: 5)
  private var day: FactDay { FactDay(number: 3, facts: 30, seed: 5, phrasings) }

  @Test func everyFactIsSaidAndAskedInWordsThatAreReserved() {
    let facts = day.questions.filter { $0.kind == .fact }
    #expect(day.statements.count == 30 && facts.count == 30)
    for (question, statement) in zip(facts, day.statements) {
      #expect(question.answer.map(statement.contains) == true)
      #expect(phrasings.contains(question.text))
    }
  }

  @Test func whatTheDayDoesNotSayHasNoAnswer() {
    let others = day.questions.filter { $0.kind != .fact }
    #expect(others.count { $0.kind == .stranger } == 10)
    #expect(others.allSatisfy { $0.answer == nil })
  }

  @Test func aDayIsTheSameEveryTime() {
    #expect(day.statements == day.statements)
    #expect(FactDay(number: 4, facts: 30, seed: 5, phrasings).statements != day.statements)
  }

  /// Of a relation's twelve wordings one is reserved.
  @Test func oneWordingOfEachRelationIsReserved() {
    for relation in Relation.all.indices {
      let reserved = Relation.all[relation].questions.indices.count {
        phrasings.contains(
          QuestionWording(relation: relation, wording: $0).question(about: "Zokol Rede"))
      }
      #expect(reserved >= 1)
    }
  }
}
