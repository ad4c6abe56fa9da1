import Testing
import Tools

@Suite struct CalculatorTests {
  private func value(_ expression: String) -> String {
    Toolbox([Calculator()]).answer("calculator \(expression)")
  }

  @Test(
    arguments: [
      ("512 + 349", "861"), ("0", "0"), ("007", "7"), ("-5", "-5"), ("−5", "-5"), ("+5", "5"),
      ("--5", "5"), ("1+2*3", "7"), ("(1+2)*3", "9"), ("10-4-3", "3"), ("100/10/5", "2"),
      ("2^3^2", "512"), ("2**10", "1024"), ("-2^2", "-4"), ("(-2)^2", "4"), ("2^-1", "0.5"),
      ("-2^-2", "-0.25"), ("0^0", "1"), ("12×12", "144"), ("144÷12", "12"), ("3·4", "12"),
      ("7 % 3", "1"), ("-7 % 3", "2"), ("7 % -3", "-2"), ("5.5 % 2", "1.5"),
      ("0.1+0.2", "0.3"), (".5+.5", "1"), ("5.", "5"), ("1.50", "1.5"), ("1/4", "0.25"),
      ("1/3", "0.333333333333"), ("2/3", "0.666666666667"), ("10/3", "3.33333333333"),
      ("1/3+1/3+1/3", "1"), ("-1/3", "-0.333333333333"), ("1/8^5", "0.000030517578125"),
      ("sqrt(16)", "4"), ("sqrt(2)", "1.41421356237"), ("sqrt(4/9)*3", "2"), ("9^0.5", "3"),
      ("2^0.5", "1.41421356237"), ("8^(1/3)", "2"), ("sqrt(0)", "0"),
      ("1,234,567 × 2", "2469134"), ("12,345.5", "12345.5"), ("  3 \t+\u{a0}4 ", "7"),
      ("99999999999999999999*99999999999999999", "9999999999999999899900000000000000001"),
      ("2^126", "85070591730234615865843651857942052864"), ("1^99999999999", "1"),
      ("(-1)^99999999999", "-1"), ("(1/3)^100", "1.94032521748e-48"),
      ("100000000000000000000/3", "3.33333333333e+19"),
      ("sqrt(170141183460469231731687303715884105727)", "1.30438178253e+19"),
    ])
  func table(_ expression: String, _ expected: String) {
    #expect(value(expression) == expected)
  }

  @Test(
    arguments: [
      ("1/0", "division by zero"), ("1%0", "division by zero"), ("0^-1", "division by zero"),
      ("1/(2-2)", "division by zero"), ("2^127", "the number is too large"),
      ("9^9^9", "the number is too large"), ("1.5^9^9^9", "the number is too large"),
      ("170141183460469231731687303715884105727+1", "the number is too large"),
      ("170141183460469231731687303715884105728", "the number is too large"),
      ("sqrt(-1)", "the root of a negative number"),
      ("(-8)^(1/3)", "the root of a negative number"),
      ("", "there is nothing to calculate"), ("   ", "there is nothing to calculate"),
      ("(1", "the expression ends too early"), ("1 +", "the expression ends too early"),
      ("sqrt", "the expression ends too early"), ("1)", "unexpected ')' at character 2"),
      ("1 2", "unexpected '2' at character 3"), ("2(3)", "unexpected '(' at character 2"),
      ("* 3", "unexpected '*' at character 1"), ("1.2.3", "unexpected '.' at character 4"),
      ("1,23", "unexpected ',' at character 2"), ("1,2345", "unexpected ',' at character 2"),
      (".", "unexpected '.' at character 1"), ("1 = 1", "unexpected '=' at character 3"),
      ("print(1)", "unexpected 'print' at character 1"), ("٣+١", "unexpected '٣' at character 1"),
      ("1e5", "unexpected 'e' at character 2"), ("sqrt 4", "unexpected '4' at character 6"),
      ("1;rm", "unexpected ';' at character 2"),
    ])
  func errors(_ expression: String, _ reason: String) {
    #expect(value(expression) == "error: \(reason)")
  }

  @Test func randomExpressionsHaveTheValuesOfPython() {
    #expect(randomExpressions.count == 240)
    for (expression, expected) in randomExpressions {
      #expect(value(expression) == expected, "\(expression)")
    }
  }

  @Test func identitiesHold() {
    var random = SeededBits(state: 7)
    for _ in 0..<300 {
      let a = Int128(random.next(upTo: 1 << 40)) - (1 << 39)
      let b = Int128(random.next(upTo: 1 << 40)) + 1
      #expect(value("(\(a)) * \(b)") == "\(a * b)")
      #expect(value("(\(a)) / \(b) * \(b)") == "\(a)")
      #expect(value("((\(a)) - (\(a)) % \(b)) / \(b) * \(b) + (\(a)) % \(b)") == "\(a)")
      #expect(value("sqrt(\(b) * \(b))") == "\(b)")
    }
  }

  @Test func lengthAndDepthHaveLimits() {
    let deep = Calculator.greatestDepth - 1
    func nested(_ depth: Int) -> String {
      String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
    }
    #expect(value(nested(deep)) == "1")
    for expression in [
      nested(deep + 1), String(repeating: "-", count: deep + 1) + "1",
      Array(repeating: "1", count: deep + 2).joined(separator: "^"),
    ] { #expect(value(expression).hasPrefix("error: an expression is at most")) }
    let sum = Array(repeating: "1", count: 256).joined(separator: "+")
    #expect(value(sum) == "256")
    #expect(value(sum + "+1") == "error: an expression has at most 512 bytes")
    #expect(value(String(repeating: "9", count: 512)) == "error: the number is too large")
    #expect(value("0." + String(repeating: "0", count: 500) + "1") == "0")
  }

  @Test func anythingElseIsAnError() {
    let pieces = [
      "1", "23", "4.5", "+", "-", "*", "**", "/", "%", "^", "(", ")", "sqrt", "sqrt(", ",", ".",
      " ", "e", "×", "÷", "\0", "🙂", "99999999999999999999999999", "e\u{301}", "0", "\u{301}",
    ]
    var random = SeededBits(state: 11)
    var values = 0
    for _ in 0..<20_000 {
      let count = random.next(upTo: 12)
      let text = (0..<count).map { _ in pieces[random.next(upTo: pieces.count)] }.joined()
      let result = value(text)
      #expect(!result.isEmpty && result.count < 100, "\(text)")
      if !result.hasPrefix("error: ") { values += 1 }
    }
    #expect(values > 500, "some are expressions")
  }
}

/// Numbers that are the same in every run (splitmix64).
struct SeededBits {
  var state: UInt64

  mutating func next(upTo limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((bits ^ (bits >> 31)) % UInt64(limit))
  }
}
