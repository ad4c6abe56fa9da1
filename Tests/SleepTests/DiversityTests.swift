import Foundation
import Sleep
import Testing

@Suite struct DiversityTests {
  @Test func oneTextOverAndOverIsOneText() {
    let diversity = Diversity(of: Array(repeating: "where does mara live", count: 12))
    #expect(abs(diversity.vendi - 1) < 1e-6)
    #expect(abs(diversity.selfBLEU - 1) < 1e-6)
    #expect(diversity.distinct1 == 4.0 / 48 && diversity.distinct2 == 3.0 / 36)
    #expect(abs(diversity.entropy - 2) < 1e-9)
  }

  @Test func textsWithoutACommonWordAreAllDifferent() {
    let texts = (0..<8).map { text in (0..<4).map { "word\(text)x\($0)" }.joined(separator: " ") }
    let diversity = Diversity(of: texts)
    #expect(abs(diversity.vendi - 8) < 1e-6)
    #expect(diversity.selfBLEU < 1e-2)
    #expect(diversity.distinct1 == 1 && diversity.distinct2 == 1)
    #expect(abs(diversity.entropy - 5) < 1e-9)
  }

  /// Two groups of equal texts: a matrix with the eigenvalues 1/4 and 3/4.
  @Test func vendiOfTwoGroups() {
    let diversity = Diversity(of: ["a b", "c d", "c d", "c d"])
    let expected = exp(-(0.25 * log(0.25) + 0.75 * log(0.75)))
    #expect(abs(diversity.vendi - expected) < 1e-6)
  }

  @Test func nothingHasNoDiversity() {
    let nothing = Diversity(of: [])
    #expect(nothing.vendi == 0 && nothing.selfBLEU == 0 && nothing.entropy == 0)
    let wordless = Diversity(of: ["?", "!"])
    #expect(abs(wordless.vendi - 2) < 1e-6 && wordless.entropy == 0)
  }
}
