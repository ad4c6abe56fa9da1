extension FactWorld {
  /// What a question may be answered with in this world, by every way in which it can be read.
  ///
  /// A question that is in none of the wordings, or asks for what the world does not say, has no answer.
  public func answers(to question: String) -> Set<String> {
    var answers: Set<String> = []
    for fact in facts {
      for template in fact.relation.questions
      where question == Wording.fill(template, subject: fact.subject) {
        answers.insert(fact.value)
      }
      for template in fact.relation.inverseQuestions
      where question == Wording.fill(template, value: fact.value) {
        answers.insert(fact.subject)
      }
    }
    return answers
  }

  /// How good study items are: each must ask for something that this world says, rightly answered, once.
  public func grade(_ items: [StudyItem?]) -> StudyGrade {
    var grade = StudyGrade()
    var seen: Set<StudyItem> = []
    for item in items {
      grade.items += 1
      guard let item else { continue }
      grade.wellFormed += 1
      let isDistinct = seen.insert(item).inserted
      if isDistinct { grade.distinct += 1 }
      let answers = answers(to: item.question)
      if !answers.isEmpty { grade.answerable += 1 }
      if answers.contains(item.answer) {
        grade.grounded += 1
        if isDistinct { grade.good += 1 }
      }
    }
    return grade
  }
}

/// How many study items are what they should be.
public struct StudyGrade: Sendable, Codable, Equatable {
  public var items = 0
  /// A question and an answer, in their form.
  public var wellFormed = 0
  /// Not the same as an earlier one.
  public var distinct = 0
  /// The passage says what is asked.
  public var answerable = 0
  /// The answer is what the passage says.
  public var grounded = 0
  /// Grounded and distinct.
  public var good = 0

  public init() {}

  public static func + (a: StudyGrade, b: StudyGrade) -> StudyGrade {
    var sum = a
    sum.items += b.items
    sum.wellFormed += b.wellFormed
    sum.distinct += b.distinct
    sum.answerable += b.answerable
    sum.grounded += b.grounded
    sum.good += b.good
    return sum
  }
}
