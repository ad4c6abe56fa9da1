import Curriculum
import Foundation
import Tensors
import Tokenizers

/// Sums and differences to be worked out in written steps, column by column.
public struct ArithmeticPractice: ReinforcementTask {
  /// Lengths whose numbers, and sums of two of them, fit into an `Int`.
  public static let lengths = 1...17

  /// How many digits the larger number has.
  public let digits: ClosedRange<Int>
  public let operations: ArithmeticProblem.Operations

  /// - Precondition: `digits` are ``lengths``, and there is an operation, none without written steps.
  public init(digits: ClosedRange<Int>, operations: ArithmeticProblem.Operations) {
    precondition(
      Self.lengths.contains(digits.lowerBound) && Self.lengths.contains(digits.upperBound)
        && !operations.choices.isEmpty
        && operations.choices.allSatisfy {
          ArithmeticProblem.Operations.written.choices.contains($0)
        })
    self.digits = digits
    self.operations = operations
  }

  public var identity: String {
    let signs = operations.choices.map(\.rawValue).joined(separator: " ")
    let length =
      digits.count == 1
      ? "\(digits.lowerBound)" : "\(digits.lowerBound) to \(digits.upperBound)"
    return "arithmetic of \(length) digits, \(signs)"
  }

  public func problem(_ index: Int, seed: UInt64) -> ReinforcementProblem {
    var random = RandomSource(seed: seed, name: "arithmetic practice \(index)")
    let problem = ArithmeticProblem(
      digits: random.integer(in: digits.lowerBound..<digits.upperBound + 1),
      operations: operations, using: &random)
    let question = problem.question(using: &random)
    return ReinforcementProblem(
      Conversation([.user(question)]), solution: [.text(problem.written)]
    ) { Self.reward($0, problem) }
  }

  /// The outcome is the number after the last colon; every column written before it is a step.
  public static func reward(
    _ answer: [Conversation.Part], _ problem: ArithmeticProblem
  ) -> Reward {
    let text = answer.map(\.content).joined()
    var reward = Reward(outcome: Lesson.finalWord(of: text) == "\(problem.result)" ? 1 : 0)
    guard let colon = text.range(of: ": ", options: .backwards) else { return reward }
    let right = problem.steps
    var end = 0
    for (index, step) in text[..<colon.lowerBound].components(separatedBy: ", ").enumerated() {
      end += (index > 0 ? 2 : 0) + step.utf8.count
      let isRight = index < right.count && step == right[index]
      reward.steps.append(.init(end: end, reward: isRight ? 1 : 0))
    }
    return reward
  }
}

extension Conversation.Part {
  fileprivate var content: String {
    switch self {
    case .text(let text), .reasoning(let text), .call(let text), .result(let text): text
    }
  }
}
