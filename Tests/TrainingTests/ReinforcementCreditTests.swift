import Curriculum
import Foundation
import Testing
import Tokenizers
import Training

@Suite struct ReinforcementCreditTests {
  @Test func advantagesAreDifferencesFromTheMean() {
    #expect(ReinforcementCredit.advantages([1, 0, 0, 0]) == [0.75, -0.25, -0.25, -0.25])
    #expect(ReinforcementCredit.advantages([2, 4]) == [-1, 1])
    for equal in [[], [1], [0.1, 0.1, 0.1]] {
      #expect(ReinforcementCredit.advantages(equal) == equal.map { _ in 0 })
    }
  }

  @Test func stepsAreComparedWithTheirLike() {
    let found = ReinforcementCredit.advantages(steps: [[1, 0, 1], [1, 1], [], [1, 0.5]])
    #expect(found == [[0, -0.5, 0], [0, 0.5], [], [0, 0]])
    #expect(ReinforcementCredit.advantages(steps: []).isEmpty)
  }

  @Test func tokensBelongToTheStepInWhichTheyBegin() throws {
    let format = try ChatFormat(practiceTokenizer)
    let text = "1 + 2 = 3, 4: 43."
    let tokens = format.words(text) + [format.end]
    let reward = Reward(outcome: 1, steps: [.init(end: 9, reward: 1), .init(end: 12, reward: 0)])
    let found = reward.stepIndices(of: tokens, format)
    var offset = -1  // the space that opens the part
    for (token, step) in zip(tokens, found) {
      #expect(step == (offset < 9 ? 0 : offset < 12 ? 1 : nil), "\(offset)")
      offset += format.tokenizer.bytes(for: token).count
      if offset == -1 { offset = 0 }
    }
    // The texts of parts are joined; what marks them has no length.
    let parts: [Int32] =
      format.words("ab") + [format.call] + format.words("cd") + [format.endCall] + format.words("e")
    let bytes = parts.map { format.tokenizer.decode([$0]) }
    let inParts = Reward(outcome: 0, steps: [.init(end: 2, reward: 0), .init(end: 4, reward: 0)])
      .stepIndices(of: parts, format)
    #expect(
      zip(bytes, inParts).allSatisfy { text, step in
        switch text {
        case let text where text.contains(where: "ab".contains): step == 0
        case let text where text.contains(where: "cd".contains): step == 1
        case let text where text.contains("e"): step == nil
        default: true
        }
      })
    #expect(Reward(outcome: 0).stepIndices(of: tokens, format) == tokens.map { _ in nil })
  }

  @Test(arguments: [
    ArithmeticProblem(58, .plus, 67), .init(905, .plus, 97), .init(431, .minus, 58),
    .init(7, .plus, 2),
  ])
  func writtenColumnsAreJudgedOneByOne(_ problem: ArithmeticProblem) {
    func judge(_ text: String) -> Reward { ArithmeticPractice.reward([.text(text)], problem) }
    let right = judge(problem.written)
    #expect(right.isSolved && right.steps.map(\.reward) == problem.steps.map { _ in 1 })
    // Every step's end stands behind its text.
    let bytes = Array(problem.written.utf8)
    for (step, text) in zip(right.steps, problem.steps) {
      #expect(String(decoding: bytes[..<step.end], as: UTF8.self).hasSuffix(text))
    }
    var columns = problem.steps
    columns[0] = columns[0].replacing("=", with: "= 1")
    let slip = judge("\(columns.joined(separator: ", ")): \(problem.result).")
    #expect(
      slip.isSolved && slip.steps.map(\.reward) == [0] + problem.steps.dropFirst().map { _ in 1 })
    let wrong = judge("\(problem.steps.joined(separator: ", ")): \(problem.result + 1).")
    #expect(!wrong.isSolved && wrong.steps == right.steps)
    let extra = judge("\(problem.steps.joined(separator: ", ")), 1 + 1 = 2: \(problem.result).")
    #expect(extra.steps.last?.reward == 0 && extra.steps.count == problem.steps.count + 1)
    #expect(judge("\(problem.result).") == Reward(outcome: 1))
    for nonsense in ["", ": ", ", , : .", "?", ":"] { #expect(!judge(nonsense).isSolved) }
    #expect(ArithmeticPractice.reward([], problem) == Reward(outcome: 0))
  }

  @Test func practiceIsTheSameForTheSameNumbers() throws {
    let task = ArithmeticPractice(digits: 2...4, operations: .written)
    let questions = (0..<200).map { task.problem($0, seed: 3).conversation }
    #expect(questions == (0..<200).map { task.problem($0, seed: 3).conversation })
    #expect(Set(questions).count > 190)
    #expect(questions != (0..<200).map { task.problem($0, seed: 4).conversation })
    #expect(
      task.identity != ArithmeticPractice(digits: 2...3, operations: .written).identity)
  }
}
