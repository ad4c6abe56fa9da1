import Foundation
import LanguageModels
import Layers
import Tensors
import Training

/// A core that finds what it is asked for in contexts as long as it has learned loses it in longer ones; a note of what matters brings it
/// back.
public struct ContextRot: Study {
  package var steps = (full: 3000, quick: 1200)
  /// How many tokens around what a question names are put into a note.
  package var noteLength = 8

  public init() {}

  public let name = "context-rot"
  public let claim = Claim(
    "Long contexts rot, and loading only what matters helps",
    words:
      "Overloading LLMs with excessive context degrades performance, a phenomenon known as 'context rot'. Claude Skills address this by loading context only when "
      + "relevant to a specific task. This laser-focused approach improves accuracy", place: "001",
    published: [
      "18 models do worse as the input grows, on repeated words with one odd word and on needles, although the task stays the same (Hong, Troynikov and Huber 2025, Context Rot, Chroma)."
    ])
  public let setup = """
    A core of two blocks learns two tasks in contexts of 16 to 64 tokens, its positions rotary: to name the one word that is unlike all others, and to \
    say what follows a key that stands somewhere among other words. Asked in contexts of 16 to 1,024 tokens. A note: the same question after \
    only the eight tokens around the place that holds the key, looked up by the key itself; for the odd word, the eight around the first \
    change.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let steps = setting.pick(self.steps.full, quick: self.steps.quick)
    let lengths = [16, 32, 64, 128, 256, 512, 1024]
    var accuracies: [RotTask: [[Double]]] = [:]
    var noted: [RotTask: [[Double]]] = [:]
    for seed in setting.seeds {
      let core = try SmallCore(vocabulary: RotTask.vocabulary, length: 1024, seed: seed)
      try core.train(steps: steps, seed: seed) { count, random in
        let length = random.integer(in: 16..<65)
        return (0..<count).map { RotTask.allCases[$0 % 2].sequence(length, &random).whole }
      }
      for task in RotTask.allCases {
        var random = RandomSource(seed: seed, name: "examination \(task)")
        let found = try lengths.map { length in
          let questions = (0..<setting.pick(200, quick: 60)).map { _ in
            task.sequence(length, note: noteLength, &random)
          }
          return try WorkerPool.shared.map(2) { part in
            core.accuracy(part == 0 ? questions.map(\.whole) : questions.map(\.noted))
          }
        }
        accuracies[task, default: []].append(found.map { $0[0] })
        noted[task, default: []].append(found.map { $0[1] })
      }
      setting.note(
        "seed \(seed): needle at 1,024 tokens \(LinePlot.digits(accuracies[.needle]!.last!.last!)), with a note \(LinePlot.digits(noted[.needle]!.last!.last!))"
      )
    }
    func at(_ length: Int, _ courses: [[Double]]) -> [Double] {
      courses.map { $0[lengths.firstIndex(of: length)!] }
    }
    func series(_ name: String, _ courses: [[Double]]) -> LinePlotSeries {
      (
        name,
        lengths.indices.map { index in
          (Double(lengths[index]), courses.reduce(0) { $0 + $1[index] } / Double(courses.count))
        }
      )
    }
    let findings = RotTask.allCases.flatMap { task in
      [
        Finding("\(task.title), 32 tokens", at(32, accuracies[task]!), .atLeast(0.9)),
        Finding(
          "\(task.title), lost at 1,024 tokens",
          zip(at(32, accuracies[task]!), at(1024, accuracies[task]!)).map { $0 - $1 },
          .atLeast(0.1)),
        Finding(
          "\(task.title), 1,024 tokens with a note", at(1024, noted[task]!), .atLeast(0.9)),
      ]
    }
    return StudyOutcome(
      findings,
      [
        .plot(
          .of(
            "What is found in a context", x: "tokens", y: "accuracy", xScale: .logarithmic,
            RotTask.allCases.flatMap {
              [
                series($0.title, accuracies[$0]!), series("\($0.title), with a note", noted[$0]!),
              ]
            }))
      ])
  }
}

/// What is asked in a context.
private enum RotTask: CaseIterable, Sendable {
  /// The word that is unlike all others.
  case odd
  /// What follows a key.
  case needle

  /// 32 keys, 32 words, and what either task is asked with.
  static let vocabulary = 66
  private static let (oddQuestion, needleQuestion): (Int32, Int32) = (64, 65)

  var title: String {
    switch self {
    case .odd: "odd word"
    case .needle: "needle"
    }
  }

  /// A context of `length` tokens with its question, and the same with only `note` tokens of it.
  func sequence(
    _ length: Int, note: Int = 8, _ random: inout RandomSource
  ) -> (whole: AskedSequence, noted: AskedSequence) {
    func word() -> Int32 { Int32(random.integer(in: 32..<64)) }
    let body: [Int32]
    let question: [Int32]
    let (place, answer): (Int, Int32)
    switch self {
    case .odd:
      let (usual, odd) = (word(), word())
      let room = length - 1
      place = random.integer(in: 0..<room)
      answer = odd == usual ? (odd == 63 ? 32 : odd + 1) : odd
      var words = [Int32](repeating: usual, count: room)
      words[place] = answer
      (body, question) = (words, [Self.oddQuestion])
    case .needle:
      let room = length - 2
      let key = Int32(random.integer(in: 0..<32))
      place = random.integer(in: 0..<room - 1)
      var words = (0..<room).map { _ in word() }
      words[place] = key
      answer = words[place + 1]
      (body, question) = (words, [Self.needleQuestion, key])
    }
    let first = max(0, min(place - note / 2, body.count - note))
    let part = Array(body[first..<min(first + note, body.count)])
    return (
      AskedSequence(body + question, answer: answer),
      AskedSequence(part + question, answer: answer)
    )
  }
}
