import Corpora
import Curriculum
import Tensors
import Tokenizers

/// Rows of lessons that nobody has seen before.
///
/// Row r of a step of a seed is always the same row: lessons one after another, each begun by the
/// beginning-of-text token; the last one is cut off where the row ends.
public struct LessonRows: RowSource {
  public let length: Int
  private let curriculum: Curriculum
  private let format: ChatFormat
  /// The weight of tokens that are not the assistant's; 0 learns the assistant's alone.
  private let contextWeight: Float
  /// The step from which on lessons have the curriculum's whole breadth; until then they grow.
  private let growth: Int

  public init(
    _ curriculum: Curriculum, _ format: ChatFormat, length: Int, contextWeight: Float,
    growth: Int = 0
  ) {
    self.growth = growth
    self.curriculum = curriculum
    self.format = format
    self.length = length
    self.contextWeight = contextWeight
  }

  public var fingerprint: String {
    "lessons \(curriculum.fingerprint), context \(contextWeight), rows of \(length)"
      + (growth > 0 ? ", growing for \(growth) steps" : "")
  }

  public func rows(step: Int, count: Int) throws -> [PackedRow] {
    let breadth = step < growth ? Breadth(share: Double(step) / Double(growth)) : .full
    return (0..<count).map { lessonRow(named: "\(step * count + $0)", breadth) }
  }

  /// A row of lessons; where none fits any more, one is cut.
  private func lessonRow(named name: String, _ breadth: Breadth) -> PackedRow {
    var row = PackedRow([], weights: [])
    var number = 0
    func next() -> (tokens: [Int32], isLearned: [Bool]) {
      number += 1
      return format.render(
        curriculum.lesson(named: "\(name).\(number)", breadth: breadth).conversation)
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
