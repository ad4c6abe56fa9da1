import Corpora
import Curriculum
import Tensors
import Tokenizers

/// Rows of lessons that nobody has seen before.
///
/// Row r of a seed is always the same row: lessons one after another, each begun by the
/// beginning-of-text token; the last one is cut off where the row ends.
public struct LessonRows: RowSource {
  public let length: Int
  private let curriculum: Curriculum
  private let format: ChatFormat
  /// The weight of tokens that are not the assistant's; 0 learns the assistant's alone.
  private let contextWeight: Float

  public init(_ curriculum: Curriculum, _ format: ChatFormat, length: Int, contextWeight: Float) {
    self.curriculum = curriculum
    self.format = format
    self.length = length
    self.contextWeight = contextWeight
  }

  public var fingerprint: String {
    "lessons \(curriculum.fingerprint), context \(contextWeight), rows of \(length)"
  }

  public func rows(step: Int, count: Int) throws -> [PackedRow] {
    (0..<count).map { lessonRow(named: "\(step * count + $0)") }
  }

  /// A row of lessons; where none fits any more, one is cut.
  private func lessonRow(named name: String) -> PackedRow {
    var row = PackedRow([], weights: [])
    var number = 0
    func next() -> (tokens: [Int32], isLearned: [Bool]) {
      number += 1
      return format.render(curriculum.lesson(named: "\(name).\(number)").conversation)
    }
    while row.tokens.count <= length {
      let room = length + 1 - row.tokens.count
      // A lesson that would be cut in the middle gives way to one that fits, if one comes soon. The first
      // must have something to learn in front of the cut: without any, the row would have no loss.
      var lesson = next()
      for _ in 0..<3 where lesson.tokens.count > room { lesson = next() }
      while row.tokens.isEmpty, !lesson.isLearned.prefix(room).contains(true) { lesson = next() }
      row.tokens += lesson.tokens
      row.weights += lesson.isLearned.map { $0 ? 1 : contextWeight }
    }
    row.tokens.removeLast(row.tokens.count - length - 1)
    row.weights.removeLast(row.weights.count - length - 1)
    row.weights[0] = 0
    return row
  }
}
