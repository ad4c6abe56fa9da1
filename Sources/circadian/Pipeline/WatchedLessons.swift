import Curriculum
import LanguageModels
import Tokenizers
import Training

/// Lessons by which a run is watched while it goes on: other worlds than any that is trained on.
struct WatchedLessons {
  private let lessons: [Lesson]
  private let format: ChatFormat

  init(_ format: ChatFormat, seed: UInt64) {
    self.format = format
    // Training's lessons have numbers for names.
    lessons = (0..<100).map { Curriculum(seed: seed).lesson(named: "watched \($0)") }
  }

  /// The share of right answers by skill.
  func measures(of model: Transformer) throws -> [String: Double] {
    let accuracy = try AnswerAccuracy.measure(model, format, lessons)
    return Dictionary(
      uniqueKeysWithValues: accuracy.bySkill.map { ($0.key.rawValue, $0.value.share) })
  }

  /// "lookup 95%, two-hop 90%", as far as they were measured.
  static func text(_ measures: [String: Double]) -> String {
    Skill.allCases.compactMap { skill in
      measures[skill.rawValue].map { "\(skill.rawValue) \(Readable.fixed(100 * $0, 0))%" }
    }.joined(separator: ", ")
  }
}
