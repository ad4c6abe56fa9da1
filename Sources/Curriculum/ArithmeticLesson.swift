import Tensors
import Tokenizers
import Tools

/// Sums, differences and products: by the calculator where there is one, else by written steps.
enum ArithmeticLesson {
  // How often a length comes up, one digit first. Each beyond five is half as frequent as the one before, so that
  // however much a core is taught, there is a length that it half knows, which is where practice helps.
  private static let frequencies = [8, 24, 32, 20, 8, 4, 2, 1]
  private static let digits = frequencies.enumerated().flatMap { index, frequency in
    Array(repeating: index + 1, count: frequency)
  }

  static func make(withCalculator: Bool, using random: inout RandomSource) -> Lesson {
    var lesson = Lesson()
    if withCalculator { lesson.setUp(Toolset.listing(including: "calculator", using: &random)) }
    for _ in 0..<random.integer(in: 2..<6) {
      let digits = Self.digits.randomElement(using: &random)!
      let problem = ArithmeticProblem(
        digits: digits, operations: withCalculator ? .all : .written, using: &random)
      let question = problem.question(using: &random)
      if withCalculator {
        lesson.ask(question, .calculator, problem.calculated)
      } else {
        lesson.ask(question, .arithmetic, problem.written)
      }
    }
    return lesson
  }
}

extension ArithmeticProblem {
  /// The problem alone, to be solved with or without the calculator.
  public func lesson(withCalculator: Bool, using random: inout RandomSource) -> Lesson {
    var lesson = Lesson()
    if withCalculator {
      lesson.setUp(Toolbox.announcement(of: ["calculator"]))
      lesson.ask(question(using: &random), .calculator, calculated)
    } else {
      lesson.ask(question(using: &random), .arithmetic, written)
    }
    return lesson
  }
}

/// Two numbers and what is to be done with them.
public struct ArithmeticProblem: Sendable, Hashable {
  public enum Operation: String, Sendable, CaseIterable {
    case plus = "+"
    case minus = "-"
    case times = "*"
  }

  /// Which operations a problem may ask for.
  public struct Operations: Sendable {
    public var choices: [Operation]

    public init(choices: [Operation]) { self.choices = choices }

    public static let all = Operations(choices: [.plus, .plus, .minus, .times])
    /// Those for which there are written steps.
    public static let written = Operations(choices: [.plus, .plus, .minus])
    public static let addition = Operations(choices: [.plus])
  }

  public var first, second: Int
  public var operation: Operation

  public init(_ first: Int, _ operation: Operation, _ second: Int) {
    (self.first, self.operation, self.second) = (first, operation, second)
  }

  /// A problem whose larger number has `digits` digits; a difference is never negative.
  public init(digits: Int, operations: Operations, using random: inout RandomSource) {
    operation = operations.choices.randomElement(using: &random)!
    let limit = (0..<digits).reduce(1) { power, _ in power * 10 }
    let a = random.integer(in: limit / 10..<limit)
    let b =
      random.uniform() < 0.7
      ? random.integer(in: limit / 10..<limit) : random.integer(in: 0..<limit)
    (first, second) = operation == .minus ? (max(a, b), min(a, b)) : (a, b)
  }

  public var expression: String { "\(first) \(operation.rawValue) \(second)" }

  public var result: Int {
    switch operation {
    case .plus: first + second
    case .minus: first - second
    case .times: first * second
    }
  }

  /// The result by way of the calculator.
  var calculated: [Conversation.Part] {
    [.call("calculator \(expression)"), .result("\(result)"), .text("\(result).")]
  }

  /// The result by columns, ones first, every column one step: `2 + 9 = 11, 1 + 4 + 1 = 6: 61.`
  ///
  /// A carry is the third number of a sum; a borrow is taken from the upper digit, which then may be
  /// 10 more: `12 - 9 = 3`.
  public var written: String {
    "\(steps.joined(separator: ", ")): \(result)."
  }

  /// The columns of ``written``.
  public var steps: [String] {
    var (a, b) = (first, second)
    var steps: [String] = []
    var carry = 0
    repeat {
      let (upper, lower) = (a % 10, b % 10)
      switch operation {
      case .minus:
        let borrows = upper - carry < lower
        let from = upper - carry + (borrows ? 10 : 0)
        steps.append("\(from) - \(lower) = \(from - lower)")
        carry = borrows ? 1 : 0
      case .plus, .times:
        let sum = upper + lower + carry
        steps.append("\(upper) + \(lower)\(carry > 0 ? " + 1" : "") = \(sum)")
        carry = sum / 10
      }
      (a, b) = (a / 10, b / 10)
    } while a > 0 || b > 0
    return steps
  }

  /// The problem in one of many wordings.
  public func question(using random: inout RandomSource) -> String {
    let (a, b) = ("\(first)", "\(second)")
    let plain = [
      "What is \(expression)?", "\(expression)", "Compute \(expression).", "\(expression) = ?",
    ]
    let worded: [String] =
      switch operation {
      case .plus:
        [
          "What is \(a) plus \(b)?", "Add \(a) and \(b).", "What is the sum of \(a) and \(b)?",
          "There were \(a) sheep and \(b) more came. How many are there now?",
          "One box holds \(a) nails, another \(b). How many nails are there in all?",
        ]
      case .minus:
        [
          "What is \(a) minus \(b)?", "Take \(b) from \(a).",
          "What is the difference between \(a) and \(b)?",
          "Of \(a) apples \(b) were eaten. How many are left?",
          "A road is \(a) miles long and \(b) miles are behind us. How many remain?",
        ]
      case .times:
        [
          "What is \(a) times \(b)?", "Multiply \(a) by \(b).",
          "What is the product of \(a) and \(b)?",
          "There are \(a) carts with \(b) barrels each. How many barrels are there?",
        ]
      }
    return (random.uniform() < 0.5 ? plain : worded).randomElement(using: &random)!
  }
}
