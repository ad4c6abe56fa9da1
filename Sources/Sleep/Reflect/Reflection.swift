import Curriculum
import Foundation
import Tensors
import Tokenizers

/// The individual thinks about its day: passages become questions with answers.
struct Reflection {
  let respondent: Respondent
  let seed: UInt64
  /// Tokens of six questions with answers, and room to spare.
  private static let limit = 220

  /// A question about a passage, as it was written down.
  struct Draft: Sendable {
    var passage: Passage
    var item: StudyItem
  }

  /// Drafts about every passage, in a request's words and at a temperature; lines that are no item are left out.
  func drafts(
    of passages: [Passage], round: Int, attempt: Int, temperature: Float
  ) throws -> [Draft] {
    let requests = Curriculum.reflectionRequests
    let replies = try respondent.replies(
      to: passages.enumerated().map { index, passage in
        Respondent.conversation(
          asking: requests[(index + round) % requests.count], about: passage.text)
      }, limit: Self.limit, temperature: temperature, seed: seed,
      stream: { "reflection \(round).\(attempt) \($0)" })
    return zip(passages, replies).flatMap { passage, reply in
      StudyItem.parse(reply ?? "").compactMap { $0 }.map { Draft(passage: passage, item: $0) }
    }
  }
}
