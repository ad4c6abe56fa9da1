import Foundation
import Individuals
import Sleep
import Studies
import TestSupport
import Testing

/// Short lives with the package's own core.
@Suite struct SleepBenchmarkTests {
  private struct Stop: Error {}

  /// Looking things up needs no night, and a life that was interrupted goes on as if it had not been.
  @Test func lookupKnowsWhatItReadAndGoesOn() throws {
    let folder = try TemporaryFolder()
    let plan = SleepBenchmark.Plan(.lookup, nights: 2, facts: 6, seed: 3)
    let benchmark = SleepBenchmark(plan, core: try .opening(nil))
    var last: SleepBenchmark.Progress?
    #expect(throws: Stop.self) {
      try benchmark.live(in: Home(root: folder / "home")) { progress in
        last = progress
        if progress.mornings.count == 1 { throw Stop() }
      }
    }
    let half = try #require(last)
    let whole = try benchmark.live(in: Home(root: folder / "home"), from: half) { _ in }
    #expect(whole.mornings.count == 2 && whole.mornings[0] == half.mornings[0])
    #expect(whole.mornings[1].recall.count == 2)
    // With what the journal finds in front of it, nearly everything is answered.
    #expect(whole.mornings[1].recall.allSatisfy { $0 >= 0.6 }, "\(whole.mornings[1].recall)")
    #expect(whole.mornings.allSatisfy { $0.memoryBytes == 0 && $0.season == nil })
    // What was lived through is the beginning of more nights, and of no other days.
    var longer = whole.plan
    longer.nights = 3
    #expect(whole.asBeginning(of: longer)?.mornings == whole.mornings)
    longer.nights = 1
    #expect(whole.asBeginning(of: longer) == nil)
    #expect(throws: (any Error).self) {
      // Another plan begins anew, and somebody lives there already.
      try SleepBenchmark(
        .init(.noEdit, nights: 1, facts: 6, seed: 3), core: try .opening(nil)
      ).live(in: Home(root: folder / "home"), from: half) { _ in }
    }
  }

  @Test func reportNamesArmsAndSeeds() throws {
    func morning(_ recall: [Double]) -> [String: Any] {
      [
        "number": recall.count, "recall": recall, "strangers": 1, "nearMisses": 0.5,
        "wronglyDeclined": 0, "drift": 0.01, "bitsPerToken": 3, "seconds": 40, "coreSeconds": 80,
        "memoryBytes": 1_000_000, "stageSeconds": [:] as [String: Double],
      ]
    }
    let plan = SleepBenchmark.Plan(.full, nights: 2, facts: 2, seed: 5)
    var second = morning([0.9, 0.9])
    second["season"] = ["recallBefore": [1.0, 1.0], "memoryBytesBefore": 1, "seconds": 1]
    let fields: [String: Any] = [
      "plan": try JSONSerialization.jsonObject(with: JSONEncoder().encode(plan)),
      "mornings": [morning([1]), second], "before": ["lookup": 1, "abstention": 1],
      "after": ["lookup": 0.98, "abstention": 1],
    ]
    let outcome = try JSONDecoder().decode(
      SleepBenchmark.Outcome.self, from: JSONSerialization.data(withJSONObject: fields))
    #expect(abs(try #require(outcome.keptBySeasons) - 0.9) < 1e-9)
    let text = SleepBenchmarkReport([outcome]).document.markdown
    #expect(text.contains("the night") && text.contains("seeds 5"))
    // ACC, BWT, and the change of what is found in the context.
    #expect(text.contains("0.900") && text.contains("-0.100") && text.contains("-0.020"))
  }
}
