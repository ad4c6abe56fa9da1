import Curriculum
import Foundation
import Tensors
import Testing
import Tokenizers
import Tools

/// Every kind of lesson, many times: what is asked must have the answer that is given.
@Suite struct LessonTests {
  private func lessons(_ subject: Curriculum.Subject, count: Int = 300) -> [Lesson] {
    (0..<count).map { index in
      var random = RandomSource(seed: 3, name: "\(subject) \(index)")
      return Curriculum.lesson(on: subject, using: &random)
    }
  }

  private func text(_ turns: some Sequence<Conversation.Turn>) -> String {
    turns.flatMap(\.parts).map { part in
      switch part {
      case .text(let text), .reasoning(let text), .call(let text), .result(let text): text
      }
    }.joined(separator: "\n")
  }

  @Test(arguments: Curriculum.Subject.allCases)
  func lessonsAreConversationsWithJudgedAnswers(_ subject: Curriculum.Subject) {
    for lesson in lessons(subject) {
      let turns = lesson.conversation.turns
      #expect(!lesson.answers.isEmpty)
      #expect(lesson.answers.allSatisfy { turns[$0.turn].role == .assistant })
      // After a setting up, user and assistant take turns.
      let spoken = turns.drop { $0.role == .system }.map(\.role)
      #expect(spoken.count.isMultiple(of: 2))
      #expect(
        spoken.enumerated().allSatisfy { $0.element == ($0.offset % 2 == 0 ? .user : .assistant) })
      #expect(!text(turns).contains("{"), "\(text(turns))")
      for answer in lesson.answers {
        #expect(lesson.prompt(for: answer).turns.last?.role == .user)
      }
    }
  }

  @Test func answersStandInTheContextAndRefusalsDoNot() {
    var skills: [Skill: Int] = [:]
    for lesson in lessons(.facts, count: 500) {
      guard let world = lesson.world else {
        Issue.record("facts without a world")
        continue
      }
      for answer in lesson.answers {
        skills[answer.skill, default: 0] += 1
        let said = lesson.turn(of: answer).text
        let context = text(lesson.prompt(for: answer).turns)
        if answer.skill.isAbstention {
          #expect(Lesson.isRefusal(said))
          let question = context.split(separator: "\n").last.map(String.init) ?? ""
          #expect(world.answers(to: question).isEmpty, "\(question)")
        } else {
          #expect(!Lesson.isRefusal(said))
          let word = Lesson.finalWord(of: said)
          // Without its first letter: a sentence may begin with the word.
          #expect(context.contains(word.dropFirst()), "\(word) in \(context)")
        }
      }
    }
    for skill in [Skill.lookup, .inverse, .twoHop, .update, .stranger, .nearMiss] {
      #expect(skills[skill, default: 0] > 50, "\(skill)")
    }
  }

  @Test func questionsAreAnsweredByTheirOwnWorld() {
    for lesson in lessons(.facts) {
      guard let world = lesson.world else { continue }
      // A fact that changes in the middle has the value of that time, so only the last answer is held.
      guard let answer = lesson.answers.last, answer.skill == .lookup || answer.skill == .inverse
      else { continue }
      let asked = lesson.prompt(for: answer).turns.last?.text ?? ""
      let question = String(asked.split(separator: "\n").last ?? "")
      let word = Lesson.finalWord(of: lesson.turn(of: answer).text)
      #expect(world.answers(to: question).contains(word), "\(question) \(word)")
    }
  }

  @Test func theLaterStatementStands() {
    var seen = 0
    for lesson in lessons(.facts, count: 800) {
      for answer in lesson.answers where answer.skill == .update {
        let context = text(lesson.prompt(for: answer).turns)
        let word = Lesson.finalWord(of: lesson.turn(of: answer).text)
        #expect(context.contains(word.dropFirst()))
        seen += 1
      }
    }
    #expect(seen > 100)
  }

  @Test func toolsAreAnnouncedBeforeTheyAreCalled() {
    for subject in [Curriculum.Subject.recall, .notes, .calculation] {
      for lesson in lessons(subject, count: 100) {
        let first = lesson.conversation.turns[0]
        #expect(first.role == .system && first.text.hasPrefix("Tools: "))
        for part in lesson.conversation.turns.flatMap(\.parts) {
          guard case .call(let call) = part else { continue }
          let tool = call.prefix { $0 != " " }
          #expect(first.text.contains(tool))
        }
      }
    }
  }

  @Test func whatStandsInTheContextIsNotLookedUp() {
    var (offered, refused) = (0, 0)
    for lesson in lessons(.facts) {
      let canLookUp =
        lesson.conversation.turns[0].role == .system
        && Toolbox.announcedNames(in: lesson.conversation.turns[0].text).contains("lookup")
      for answer in lesson.answers {
        let calls = lesson.turn(of: answer).parts.filter {
          if case .call = $0 { true } else { false }
        }
        #expect(calls.isEmpty != (canLookUp && answer.skill.isAbstention))
        if canLookUp { offered += 1 }
        if !calls.isEmpty { refused += 1 }
      }
    }
    #expect(offered > 150 && refused > 30)
  }

  @Test func aLinkIsBetweenTwo() {
    for lesson in lessons(.reflection, count: 800) {
      for turn in lesson.conversation.turns where turn.role == .user {
        let request = turn.text.split(separator: "\n").last.map(String.init) ?? ""
        guard let match = request.wholeMatch(of: /What connects (.+) and (.+)\?/) else { continue }
        #expect(match.1 != match.2)
      }
    }
  }

  @Test func aQuizIsGoodByItsOwnMeasure() {
    for index in 0..<100 {
      var random = RandomSource(seed: 9, name: "\(index)")
      let lesson = Curriculum.reflection(factCount: 5, using: &random)
      let items = StudyItem.parse(lesson.turn(of: lesson.answers[0]).text)
      let grade = lesson.world?.grade(items)
      #expect(items.count == 5 && grade?.good == 5 && grade?.grounded == 5)
    }
  }

  @Test func badStudyItemsAreFound() throws {
    var random = RandomSource(seed: 9, name: "one")
    let lesson = Curriculum.reflection(factCount: 4, using: &random)
    let world = try #require(lesson.world)
    let items = StudyItem.parse(lesson.turn(of: lesson.answers[0]).text)
    let first = try #require(items[0])
    let wrong = StudyItem(question: first.question, answer: "Nowhere")
    let unasked = StudyItem(question: "What is the weight of Nobody?", answer: first.answer)
    let grade = world.grade([first, first, wrong, unasked, nil])
    #expect(grade.items == 5 && grade.wellFormed == 4 && grade.distinct == 3)
    #expect(grade.answerable == 3 && grade.grounded == 2 && grade.good == 1)
    #expect(
      StudyItem.parse("Q: Who? A: Mara.\nnothing\nQ: Who? A: Mara") == [
        StudyItem(question: "Who?", answer: "Mara"), nil, nil,
      ])
  }

  @Test func theSameNameIsTheSameLesson() {
    let (one, other) = (Curriculum(seed: 5), Curriculum(seed: 6))
    #expect(
      one.lesson(named: "a").conversation == Curriculum(seed: 5).lesson(named: "a").conversation)
    #expect(one.lesson(named: "a").conversation != one.lesson(named: "b").conversation)
    #expect(one.lesson(named: "a").conversation != other.lesson(named: "a").conversation)
    #expect(one.fingerprint != other.fingerprint)
  }

  @Test func worldsHaveTheFactsThatAreAskedFor() {
    for count in [1, 2, 5, 10, 30] {
      for (index, breadth) in [Breadth.full, Breadth(share: 0)].enumerated() {
        for number in 0..<50 {
          var random = RandomSource(seed: 2, name: "\(count) \(index) \(number)")
          let world = FactWorld(factCount: count, breadth: breadth, using: &random)
          #expect(world.facts.count == count)
          #expect(Set(world.facts.map { [$0.subject, $0.relation.name] }).count == count)
        }
      }
    }
  }

  @Test(arguments: [
    ("Ostrel.", "Ostrel"), ("The sister of Mara? Ilse.", "Ilse"), ("2 + 9 = 11: 11.", "11"),
    ("I don't know.", "I don't know"), ("", ""), (" . ", ""),
  ])
  func theFinalWordIsBehindTheLastColon(_ answer: String, _ word: String) {
    #expect(Lesson.finalWord(of: answer) == word)
  }
}
