import CommandLineInterface
import Testing

@Suite("Durations and numbers in words")
struct ReadableNumbersTests {
  static let durations: [(seconds: Double, text: String)] = [
    (0, "0 ms"), (0.0124, "12 ms"), (0.9994, "999 ms"), (0.9996, "1.0 s"), (4.24, "4.2 s"),
    (9.949, "9.9 s"), (9.951, "10 s"), (59.4, "59 s"), (59.6, "1 min"), (61, "1 min 1 s"),
    (133, "2 min 13 s"), (3599.4, "59 min 59 s"), (3599.6, "1 h"), (3660, "1 h 1 min"),
    (86_399, "1 d"), (86_400 * 3 + 3600 * 4, "3 d 4 h"), (-5, "-5.0 s"),
  ]

  @Test("durations show the two units that matter", arguments: durations)
  func duration(seconds: Double, text: String) {
    #expect(Duration.seconds(seconds).readable == text)
  }

  @Test("fixed decimals")
  func fixed() {
    #expect(1.2345.fixed(3) == "1.234")
    #expect((-0.5).fixed(0) == "-0")
    #expect(2.0.fixed(2) == "2.00")
    #expect(1e22.fixed(1) == "10000000000000000000000.0")
    #expect(Double.greatestFiniteMagnitude.fixed(2).count == 312)
    #expect(Double.nan.fixed(2).contains("nan"))
  }

  static let numbers: [(value: Double, text: String)] = [
    (0, "0.00"), (0.526, "0.53"), (9.999, "10.0"), (12.14, "12.1"), (430.4, "430"),
    (999.6, "1.00k"), (1850, "1.85k"), (12.3e6, "12.3M"), (4.2e9, "4.20G"), (-1850, "-1.85k"),
  ]

  @Test("three digits", arguments: numbers)
  func readable(value: Double, text: String) {
    #expect(value.readable == text)
  }
}
