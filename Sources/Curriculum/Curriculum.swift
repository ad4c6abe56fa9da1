import Tensors

/// What a core is taught: lessons without end, every one from a world of its own.
///
/// A lesson of a seed, a name and a breadth is always the same lesson. Nothing in it can be known beforehand, so what
/// is learned is not the facts but how to find them.
public struct Curriculum: Sendable {
  /// The kinds of lessons.
  public enum Subject: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    case facts, recall, notes, reflection, calculation, columns, spelling, smallTalk
  }

  /// How often each subject comes up, in parts of the sum.
  public struct Mixture: Sendable, Codable, Equatable {
    public var weights: [Subject: Double]

    public init(_ weights: [Subject: Double]) { self.weights = weights }

    public static let standard = Mixture([
      .facts: 59, .recall: 10, .notes: 3, .reflection: 15, .calculation: 4, .columns: 5,
      .spelling: 3, .smallTalk: 1,
    ])

    func subject(using random: inout RandomSource) -> Subject {
      let total = weights.values.reduce(0, +)
      var draw = Double(random.uniform()) * total
      // In the order of the cases: a dictionary's own order changes from run to run.
      for subject in Subject.allCases {
        draw -= weights[subject] ?? 0
        if draw < 0 { return subject }
      }
      return .facts
    }
  }

  public let mixture: Mixture
  public let seed: UInt64

  public init(mixture: Mixture = .standard, seed: UInt64) {
    self.mixture = mixture
    self.seed = seed
  }

  /// Mixture and seed in words.
  public var fingerprint: String {
    Subject.allCases.map { "\($0.rawValue) \(mixture.weights[$0] ?? 0)" }.joined(separator: ", ")
      + ", seed \(seed)"
  }

  /// The lesson of a name.
  public func lesson(named name: String, breadth: Breadth = .full) -> Lesson {
    var random = RandomSource(seed: seed, name: "lesson \(name)")
    let subject = mixture.subject(using: &random)
    return Self.lesson(on: subject, breadth: breadth, using: &random)
  }

  /// A lesson on one subject.
  public static func lesson(
    on subject: Subject, breadth: Breadth = .full, using random: inout RandomSource
  ) -> Lesson {
    switch subject {
    case .facts: FactLesson.make(breadth: breadth, using: &random)
    case .recall: RecallLesson.make(breadth: breadth, using: &random)
    case .notes: NoteLesson.make(breadth: breadth, using: &random)
    case .reflection: ReflectionLesson.make(breadth: breadth, using: &random)
    case .calculation: ArithmeticLesson.make(withCalculator: true, using: &random)
    case .columns: ArithmeticLesson.make(withCalculator: false, using: &random)
    case .spelling: SpellingLesson.make(using: &random)
    case .smallTalk: SmallTalkLesson.make(using: &random)
    }
  }

  /// A lesson of passages with exactly `factCount` facts, for examinations.
  public static func examination(factCount: Int, using random: inout RandomSource) -> Lesson {
    FactLesson.make(factCount: factCount, using: &random)
  }

  /// A passage of `factCount` facts to be turned into study questions.
  public static func reflection(factCount: Int, using random: inout RandomSource) -> Lesson {
    ReflectionLesson.makeQuestions(factCount: factCount, using: &random)
  }
}
