import CommandLineInterface
import Testing

@Suite("Spelling")
struct SpellingTests {
  @Test(
    "the distance counts insertions, deletions, substitutions and swaps",
    arguments: [
      ("", "", 0), ("abc", "", 3), ("", "abc", 3), ("sleep", "sleep", 0), ("slep", "sleep", 1),
      ("sleeep", "sleep", 1), ("slerp", "sleep", 1), ("lseep", "sleep", 1),
      ("kitten", "sitting", 3), ("ca", "abc", 3),
    ])
  func distance(first: String, second: String, expected: Int) {
    #expect(Spelling.distance(first, second) == expected)
    #expect(Spelling.distance(second, first) == expected)
  }

  @Test("the nearest candidate wins, and a far one is no guess")
  func nearest() {
    let commands = ["sleep", "recall", "read", "rollback", "x"]
    #expect(Spelling.nearest(to: "slepe", among: commands) == "sleep")
    #expect(Spelling.nearest(to: "SLEEP", among: commands) == "sleep")
    #expect(Spelling.nearest(to: "rol", among: commands) == "rollback")
    #expect(Spelling.nearest(to: "raed", among: commands) == "read")
    #expect(Spelling.nearest(to: "dream", among: commands) == nil)
    #expect(Spelling.nearest(to: "y", among: commands) == nil)
    #expect(Spelling.nearest(to: "", among: commands) == nil)
    #expect(Spelling.nearest(to: String(repeating: "s", count: 100_000), among: commands) == nil)
  }
}
