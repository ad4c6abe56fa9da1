import Curriculum
import Tensors
import Tokenizers

/// A day of a made-up world, and an exam about it in words that no night studies.
package struct FactDay: Sendable {
  package struct Question: Sendable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
      case fact, stranger, nearMiss
    }

    package var kind: Kind
    package var text: String
    /// The word that is right; nil where the right answer is that one does not know.
    package var answer: String?
  }

  package let statements: [String]
  package let questions: [Question]

  var text: String { statements.joined(separator: " ") }

  /// As much of the day's text as fits `tokens`: the sentence that answers `question`, and its neighbours.
  func text(around question: Question, upTo tokens: Int, _ tokenizer: any Tokenizer) -> String {
    let lengths = statements.map { tokenizer.encode(" " + $0).count }
    let place = questions.firstIndex { $0.text == question.text } ?? 0
    var range = min(place, statements.count - 1)..<min(place, statements.count - 1) + 1
    var length = lengths[range.lowerBound]
    while true {
      let before = range.lowerBound > 0 ? lengths[range.lowerBound - 1] : nil
      let after = range.upperBound < statements.count ? lengths[range.upperBound] : nil
      if let before, length + before <= tokens {
        range = range.lowerBound - 1..<range.upperBound
        length += before
      } else if let after, length + after <= tokens {
        range = range.lowerBound..<range.upperBound + 1
        length += after
      } else {
        return statements[range].joined(separator: " ")
      }
    }
  }

  /// Day `number` of `seed`: so many facts, a question about each, and a third as many about strangers and about what
  /// is not said.
  package init(number: Int, facts count: Int, seed: UInt64, _ phrasings: UnseenPhrasings) {
    var random = RandomSource(seed: seed, name: "day \(number)")
    var world = FactWorld(factCount: count, using: &random)
    statements = world.statements(using: &random)
    var questions = world.facts.map {
      Question(
        kind: .fact, text: phrasings.question($0.relationIndex, about: $0.subject),
        answer: $0.value)
    }
    for index in 0..<max(count / 3, 1) {
      let relation = world.facts[index % world.facts.count].relationIndex
      let stranger = world.stranger(to: relation, using: &random)
      questions.append(
        .init(kind: .stranger, text: phrasings.question(relation, about: stranger), answer: nil))
      if let miss = world.unsaid(using: &random) {
        questions.append(
          .init(
            kind: .nearMiss, text: phrasings.question(miss.relation, about: miss.subject),
            answer: nil))
      }
    }
    self.questions = questions
  }
}

/// For every relation one of its wordings, which exams use and nights must not.
///
/// The core knows them from its own training, about other worlds.
package struct UnseenPhrasings: Sendable {
  private let wordings: [Int]

  package init(seed: UInt64) {
    var random = RandomSource(seed: seed, name: "unseen phrasings")
    wordings = Relation.all.map { random.integer(in: 0..<$0.questions.count) }
  }

  package func question(_ relation: Int, about subject: String) -> String {
    QuestionWording(relation: relation, wording: wordings[relation]).question(about: subject)
  }

  /// Whether `question` is in one of them.
  package func contains(_ question: String) -> Bool {
    QuestionWording.all(of: question).contains {
      wordings[$0.wording.relation] == $0.wording.wording
    }
  }
}
