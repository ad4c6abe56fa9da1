import Curriculum
import Foundation
import Tensors
import Testing

@Suite struct ArithmeticProblemTests {
  @Test func writtenStepsAreTheColumnsFromTheRight() {
    #expect(ArithmeticProblem(52, .plus, 9).written == "2 + 9 = 11, 5 + 0 + 1 = 6: 61.")
    #expect(ArithmeticProblem(99, .plus, 1).written == "9 + 1 = 10, 9 + 0 + 1 = 10: 100.")
    #expect(ArithmeticProblem(82, .minus, 4).written == "12 - 4 = 8, 7 - 0 = 7: 78.")
    #expect(ArithmeticProblem(100, .minus, 1).written == "10 - 1 = 9, 9 - 0 = 9, 0 - 0 = 0: 99.")
    #expect(ArithmeticProblem(0, .plus, 0).written == "0 + 0 = 0: 0.")
  }

  @Test func everyStepIsTrueAndTheResultFollowsFromThem() throws {
    var random = RandomSource(seed: 4, name: "problems")
    for _ in 0..<2000 {
      let digits = random.integer(in: 1..<7)
      let problem = ArithmeticProblem(digits: digits, operations: .written, using: &random)
      var result = 0
      var place = 1
      for (index, step) in problem.steps.enumerated() {
        let sides = step.components(separatedBy: " = ")
        let found = try #require(Int(sides[1]))
        let terms = sides[0].components(separatedBy: problem.operation == .plus ? " + " : " - ")
          .compactMap { Int($0) }
        let value = problem.operation == .plus ? terms.reduce(0, +) : terms[0] - terms[1]
        #expect(value == found, "\(step)")
        let isLast = index == problem.steps.count - 1
        result += (isLast ? found : found % 10) * place
        place *= 10
      }
      #expect(result == problem.result, "\(problem.expression): \(problem.written)")
      #expect(problem.result >= 0)
    }
  }

  @Test func problemsHaveTheDigitsAskedFor() {
    var random = RandomSource(seed: 4, name: "digits")
    for digits in 1...5 {
      for _ in 0..<200 {
        let problem = ArithmeticProblem(digits: digits, operations: .all, using: &random)
        #expect(max("\(problem.first)".count, "\(problem.second)".count) <= digits)
      }
    }
  }
}
