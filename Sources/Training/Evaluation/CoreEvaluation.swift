import Curriculum
import Foundation
import LanguageModels
import Tensors
import Tokenizers

/// What a core can do, measured on worlds that it has never seen, beside chance and ceiling.
public struct CoreEvaluation: Sendable {
  /// One measured number.
  public struct Row: Sendable, Codable {
    public var name: String
    public var value: Double
    /// What guessing gives, where that is known.
    public var chance: Double?
    /// What a perfect core gives.
    public var ceiling: Double?
    /// How many answers, items or bytes it was measured on.
    public var count: Int
  }

  /// One question and what became of it.
  public struct Answer: Sendable, Codable {
    /// What it belongs to: "facts", "addition, 3 digits, calculator", a task's name.
    public var topic: String
    public var skill: Skill?
    /// Everything up to the question, earlier answers as they should have been.
    public var prompt: Conversation
    public var expected: Conversation.Turn
    public var written: Conversation.Turn
    /// Nil where answers are not judged by their final word.
    public var isRight: Bool?
    /// The probability of all tokens that the core chose.
    public var confidence: Double
  }

  public var rows: [Row] = []
  public private(set) var answers: [Answer] = []
  /// Questions that did not fit the core's context.
  public private(set) var skipped = 0

  public init() {}

  public subscript(name: String) -> Double? { rows.first { $0.name == name }?.value }

  /// How much is asked.
  public struct Extent: Sendable {
    /// Facts per passage.
    public var factCount = 10
    /// Lessons of facts; each has a handful of questions.
    public var lessonCount = 300
    /// Lessons of what stands behind `lookup`.
    public var recallCount = 50
    /// Problems per kind of arithmetic, passages to reflect on.
    public var problemCount = 100
    /// Questions of every task from a file.
    public var taskCount = 500

    public init() {}

    /// A fraction of everything, for a look.
    public static let quick: Extent = {
      var extent = Extent()
      extent.lessonCount = 25
      extent.recallCount = 8
      extent.problemCount = 25
      extent.taskCount = 50
      return extent
    }()
  }

  /// Measures everything that needs no files.
  ///
  /// The seed names the worlds; lessons are named apart from those that training uses.
  public static func measure(
    _ model: Transformer, _ format: ChatFormat, extent: Extent = Extent(), seed: UInt64
  ) throws -> CoreEvaluation {
    var evaluation = CoreEvaluation()
    func asked(
      _ name: String, _ count: Int, topic: String? = nil, isJudged: Bool = true,
      _ make: (inout RandomSource) -> Lesson
    ) throws -> [WrittenAnswers.Entry] {
      let lessons = (0..<count).map { index in
        var random = RandomSource(seed: seed, name: "evaluation of \(name) \(index)")
        return make(&random)
      }
      let (entries, skipped) = try WrittenAnswers.collect(model, format, lessons)
      evaluation.skipped += skipped
      evaluation.record(entries, topic: topic ?? name) { isJudged ? $0.isRight : nil }
      return entries
    }
    let facts = try asked("facts", extent.lessonCount) {
      Curriculum.examination(factCount: extent.factCount, using: &$0)
    }
    evaluation.addFacts(facts, factCount: extent.factCount)
    let recalled = try asked("recall", extent.recallCount) {
      Curriculum.lesson(on: .recall, using: &$0)
    }
    evaluation.add("lookup by tool", recalled, chance: mostFrequentShare(of: recalled))
    for digits in [2, 3, 4] {
      for withCalculator in [true, false] {
        let name =
          "addition, \(digits) digits, " + (withCalculator ? "calculator" : "written steps")
        let sums = try asked("addition of \(digits)", extent.problemCount, topic: name) {
          ArithmeticProblem(digits: digits, operations: .addition, using: &$0)
            .lesson(withCalculator: withCalculator, using: &$0)
        }
        evaluation.add(name, sums, chance: 1 / (9 * pow(10, Double(digits - 1))))
      }
    }
    let spelled = try asked("spelling", extent.problemCount / 2) {
      Curriculum.lesson(on: .spelling, using: &$0)
    }
    evaluation.add("spelling", spelled, chance: mostFrequentShare(of: spelled))
    evaluation.addReflection(
      try asked("reflection", extent.problemCount, isJudged: false) {
        Curriculum.reflection(factCount: $0.integer(in: 3..<7), using: &$0)
      })
    return evaluation
  }

  /// Keeps what was asked and answered.
  mutating func record(
    _ entries: [WrittenAnswers.Entry], topic: String, isRight: (WrittenAnswers.Entry) -> Bool?
  ) {
    answers += entries.map {
      Answer(
        topic: topic, skill: $0.skill, prompt: $0.question.prompt, expected: $0.question.expected,
        written: .init(.assistant, $0.written), isRight: isRight($0), confidence: $0.confidence)
    }
  }

  /// Adds the bits per byte of a text that the core has not read.
  public mutating func addText(
    _ name: String, _ model: Transformer, tokens: [Int32], bytes: Int
  ) throws {
    let bits = try BitsPerByte.measure(
      model, tokens, bytes: bytes, window: model.configuration.contextLength)
    rows.append(Row(name: name, value: bits, chance: 8, ceiling: nil, count: bytes))
  }

  /// The share of the most frequent right answer, which always giving that one would reach.
  static func mostFrequentShare(of entries: [WrittenAnswers.Entry]) -> Double? {
    var counts: [String: Int] = [:]
    for entry in entries { counts[Lesson.finalWord(of: entry.expectedText), default: 0] += 1 }
    return counts.values.max().map { Double($0) / Double(entries.count) }
  }

  /// Adds the share of `entries` that `isRight`; nothing where there are none.
  mutating func add(
    _ name: String, _ entries: [WrittenAnswers.Entry], chance: Double? = 0,
    isRight: (WrittenAnswers.Entry) -> Bool = \.isRight
  ) {
    guard !entries.isEmpty else { return }
    let right = entries.count { isRight($0) }
    rows.append(
      Row(
        name: name, value: Double(right) / Double(entries.count), chance: chance, ceiling: 1,
        count: entries.count))
  }

  private mutating func addFacts(_ entries: [WrittenAnswers.Entry], factCount: Int) {
    // Guessing: any of the values that the passage names.
    let chance = 1 / Double(factCount)
    for (name, skill) in [
      ("lookup", Skill.lookup), ("lookup by value", .inverse), ("two-hop", .twoHop),
      ("contradictions", .update),
    ] {
      add("\(name), \(factCount) facts", entries.filter { $0.skill == skill }, chance: chance)
    }
    let should = entries.filter(\.shouldAbstain)
    let shouldNot = entries.filter { !$0.shouldAbstain }
    guard !should.isEmpty, !shouldNot.isEmpty else { return }
    let hits = Double(should.count { $0.abstains })
    let falseRefusals = Double(shouldNot.count { $0.abstains })
    let misses = Double(should.count) - hits
    // Always refusing finds every stranger and refuses everybody else: precision is their share.
    let share = Double(should.count) / Double(entries.count)
    rows.append(
      Row(
        name: "abstention, F1",
        value: hits == 0 ? 0 : 2 * hits / (2 * hits + misses + falseRefusals),
        chance: 2 * share / (1 + share), ceiling: 1, count: entries.count))
    rows.append(
      Row(
        name: "abstention, false refusals", value: falseRefusals / Double(shouldNot.count),
        chance: nil, ceiling: 0, count: shouldNot.count))
    for (name, skill) in [("strangers", Skill.stranger), ("near misses", .nearMiss)] {
      let asked = entries.filter { $0.skill == skill }
      guard !asked.isEmpty else { continue }
      rows.append(
        Row(
          name: "abstention, \(name)",
          value: Double(asked.count { $0.abstains }) / Double(asked.count), chance: nil, ceiling: 1,
          count: asked.count))
    }
    rows.append(
      Row(
        name: "calibration error (ECE)",
        value: Calibration.expectedError(entries.map { ($0.confidence, $0.isRight) }), chance: nil,
        ceiling: 0, count: entries.count))
  }

  private mutating func addReflection(_ entries: [WrittenAnswers.Entry]) {
    var grade = StudyGrade()
    var expected = 0
    for entry in entries {
      guard let world = entry.question.world else { continue }
      grade = grade + world.grade(StudyItem.parse(entry.text))
      expected += StudyItem.parse(entry.expectedText).count
    }
    guard expected > 0 else { return }
    // The shares below are of what was written: without this one, writing little would be a way out.
    rows.append(
      Row(
        name: "reflection, items written", value: Double(grade.items) / Double(expected),
        chance: nil, ceiling: 1, count: expected))
    for (name, value) in [
      ("well formed", grade.wellFormed), ("distinct", grade.distinct),
      ("answerable", grade.answerable), ("grounded", grade.grounded),
      ("grounded and distinct", grade.good),
    ] {
      rows.append(
        Row(
          name: "reflection, \(name)", value: Double(value) / Double(max(grade.items, 1)),
          chance: nil,
          ceiling: 1, count: grade.items))
    }
  }
}
