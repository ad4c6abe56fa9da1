import Testing
import Training

@Suite struct TokenWindowsTests {
  private func windows(_ count: Int, length: Int, seed: UInt64 = 1) -> TokenWindows {
    TokenWindows((0..<Int32(count)).map { $0 }, length: length, seed: seed)
  }

  private func epoch(_ number: Int, of windows: TokenWindows) -> [Int] {
    (0..<windows.count).flatMap { windows.starts(step: number * windows.count + $0, batch: 1) }
  }

  @Test(arguments: [
    (2, 1), (17, 16), (18, 16), (32, 16), (33, 16), (48, 16), (49, 16), (1000, 16), (1001, 7),
  ])
  func everyEpochHasEveryWindowOnceAndInRange(_ count: Int, _ length: Int) {
    let windows = windows(count, length: length)
    #expect(windows.count >= 1)
    for number in 0..<5 {
      let starts = epoch(number, of: windows).sorted()
      #expect(starts.first! >= 0 && starts.last! + length + 1 <= count)
      #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 == length })
      for start in starts {
        #expect(windows.window(at: start) == (0...length).map { Int32(start + $0) })
      }
    }
    // Less than two windows are left out, so that every epoch can begin elsewhere.
    #expect(count - 1 - windows.count * length < 2 * length)
  }

  @Test func epochsDifferInOrderAndOffset() {
    let windows = windows(1000, length: 16)
    let epochs = (0..<6).map { epoch($0, of: windows) }
    #expect(Set(epochs).count == 6)
    #expect(Set(epochs.map { $0.min()! }).count > 2)
    #expect(epochs.allSatisfy { $0 != $0.sorted() })
  }

  @Test func stepsFollowFromTheSeedAlone() {
    let (one, other) = (windows(1000, length: 16), windows(1000, length: 16))
    for step in [0, 9, 10, 11, 70, 3] {
      #expect(one.starts(step: step, batch: 7) == other.starts(step: step, batch: 7))
    }
    #expect(
      one.starts(step: 0, batch: 7) != windows(1000, length: 16, seed: 2).starts(step: 0, batch: 7))
  }

  @Test func batchesCutTheSameStreamOfWindows() {
    let windows = windows(500, length: 16)
    let stream = (0..<200).flatMap { windows.starts(step: $0, batch: 1) }
    for batch in [2, 7, 50, 100] {
      let cut = (0..<200 / batch).flatMap { windows.starts(step: $0, batch: batch) }
      #expect(cut == Array(stream.prefix(cut.count)))
    }
  }

  @Test func someWindowsRepeatThemselves() {
    let windows = windows(1000, length: 16)
    #expect(windows.window(at: 30, period: 3) == (0...16).map { 30 + $0 % 3 })
    for step in 0..<20 {
      #expect(windows.periods(step: step, batch: 6, share: 0) == Array(repeating: nil, count: 6))
      let periods = windows.periods(step: step, batch: 50, share: 1)
      #expect(periods.allSatisfy { $0.map { (2...8).contains($0) } == true })
      #expect(Set(periods).count > 3)
      #expect(periods == self.windows(1000, length: 16).periods(step: step, batch: 50, share: 1))
      #expect(periods != windows.periods(step: step + 1, batch: 50, share: 1))
    }
    let share = windows.periods(step: 0, batch: 5000, share: 0.2).count { $0 != nil }
    #expect((850..<1150).contains(share))
    // The shortest windows have one period, and their batch is still as it was.
    #expect(
      self.windows(9, length: 1).periods(step: 0, batch: 2, share: 1) == [1, 1])
  }
}
