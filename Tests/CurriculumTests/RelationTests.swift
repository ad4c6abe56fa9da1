import Curriculum
import Testing

/// The wordings of relations: enough of them, complete, and none that could mean two things.
@Suite struct RelationTests {
  @Test(arguments: Relation.all.indices)
  func aRelationHasAllItsWordings(_ index: Int) {
    let relation = Relation.all[index]
    #expect(relation.statements.count >= 10 && relation.questions.count >= 10)
    for wording in relation.statements + relation.reversals + relation.updates {
      #expect(wording.contains("{subject}") && wording.hasSuffix("."))
      #expect(wording.contains("{value}") || wording.contains("{a value}"))
    }
    for question in relation.questions {
      #expect(question.contains("{subject}") && !question.contains("value}"))
      #expect(question.hasSuffix("?"))
    }
    for question in relation.inverseQuestions {
      #expect(question.contains("value}") && !question.contains("{subject}"))
      #expect(question.hasSuffix("?"))
    }
    #expect(relation.phrases.allSatisfy { $0.contains("{subject}") })
  }

  @Test func thereAreEnoughRelationsAndTheyChain() {
    #expect(Relation.all.count >= 20)
    #expect(Set(Relation.all.map(\.name)).count == Relation.all.count)
    let chaining = Relation.all.filter { if case .entity = $0.value { true } else { false } }
    #expect(chaining.count >= 8)
  }

  @Test func noWordingBelongsToTwoRelations() {
    var seen: Set<String> = []
    for relation in Relation.all {
      for wording in relation.statements + relation.questions + relation.inverseQuestions {
        #expect(seen.insert(wording).inserted, "\(wording)")
      }
    }
  }

  @Test func wordsAreOfOneKind() {
    var seen: Set<String> = []
    for kind in WordKind.allCases {
      #expect(kind.words.count >= 12)
      for word in kind.words { #expect(seen.insert(word).inserted, "\(word)") }
    }
  }
}
