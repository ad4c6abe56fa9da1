import Foundation
import Ranks
import TestSupport
import Testing

@Suite struct RankGroupTests {
  @Test(arguments: [1, 2, 5]) func sumsAreThoseOfAllRanks(count: Int) throws {
    let sums = try ThreadRanks.run(count) { $0.sum([Double($0.rank), 1]) }
    #expect(
      sums == Array(repeating: [Double(count * (count - 1) / 2), Double(count)], count: count))
  }

  @Test func whatOneRankWantsAllDo() throws {
    let wishes = try ThreadRanks.run(3) { $0.any([$0.rank == 2, false]) }
    #expect(wishes == Array(repeating: [true, false], count: 3))
  }

  @Test func theFirstRankSpeaks() throws {
    let heard = try ThreadRanks.run(3) { ($0.isFirst, $0.ofFirst([Double($0.rank) + 7])) }
    #expect(heard.map(\.0) == [true, false, false])
    #expect(heard.allSatisfy { $0.1 == [7] })
  }

  @Test func theFirstRankHearsWhatAllHaveTold() throws {
    let heard = try ThreadRanks.run(3) { ranks in
      for number in 0...ranks.rank { ranks.tell(10 * ranks.rank + number) }
      ranks.wait()
      return ranks.isFirst ? [Set(ranks.heard()), Set(ranks.heard())] : []
    }
    #expect(heard[0] == [[0, 10, 11, 20, 21, 22], []])
    let alone = Alone()
    alone.tell(3)
    #expect(alone.heard() == [3] && alone.heard().isEmpty)
  }

  @Test func everyRankReceivesItsPartOfEveryOther() throws {
    let counts = [2, 0, 3]
    let received = try ThreadRanks.run(3) { ranks in
      let parts = (0..<5).map { UInt16(10 * ranks.rank + $0) }
      var received = [UInt16](repeating: 0, count: 3 * counts[ranks.rank])
      parts.withUnsafeBytes { parts in
        received.withUnsafeMutableBytes {
          ranks.exchange(parts, counts: counts, wordWidth: 2, into: $0)
        }
      }
      return received
    }
    #expect(received == [[0, 1, 10, 11, 20, 21], [], [2, 3, 4, 12, 13, 14, 22, 23, 24]])
  }

  @Test func whatEveryRankHasMayBeOfAnyLength() throws {
    let all = try ThreadRanks.run(3) {
      $0.gathered(Data(repeating: UInt8($0.rank), count: 2 * $0.rank))
    }
    #expect(all == Array(repeating: [Data(), Data([1, 1]), Data([2, 2, 2, 2])], count: 3))
    #expect(Alone().gathered(Data([5])) == [Data([5])])
  }

  @Test func neighboursAreAddedFirst() {
    let texts = (0..<5).map(String.init).addedInPairs { $0 = "(\($0)+\($1))" }
    #expect(texts == "(((0+1)+(2+3))+4)")
    #expect([Int]().addedInPairs { $0 += $1 } == nil)
  }

  @Test func whoHasLeastToDoIsDealtTheDearestPieceLeft() {
    #expect(Dealing.hands([1, 5, 1, 2, 1, 1], to: 2) == [[1, 5], [3, 0, 2, 4]])
    #expect(Dealing.hands([1, 1, 1, 1, 1], to: 2) == [[0, 2, 4], [1, 3]])
    #expect(Dealing.hands([3], to: 3) == [[0], [], []])
  }

  @Test func aProcessByItselfIsFirstOfOne() {
    let ranks = Alone()
    #expect(ranks.isFirst && ranks.sum([3, 4]) == [3, 4] && ranks.any(true) && !ranks.any(false))
  }
}
