import Foundation
import Optimizers
import Testing

@Suite struct ScheduleTests {
  private func factors(_ schedule: Schedule, of total: Int) -> [Float] {
    (0..<total).map { schedule.factor(at: $0, of: total) }
  }

  private func expectClose(_ found: [Float], _ expected: [Double]) {
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(Double(a) - b) < 1e-6, "\(found)") }
  }

  @Test func warmupPlateauAndLinearDecay() {
    expectClose(
      factors(Schedule(warmupSteps: 4, decayShare: 0.5, floor: 0), of: 10),
      [0.25, 0.5, 0.75, 1, 1, 1, 0.8, 0.6, 0.4, 0.2])
    expectClose(
      factors(Schedule(decayShare: 0.4, floor: 0.5), of: 10),
      [1, 1, 1, 1, 1, 1, 1, 0.875, 0.75, 0.625])
  }

  @Test func cosineDecayEndsAtTheFloor() {
    let schedule = Schedule(decayShare: 1, floor: 0.1, decay: .cosine)
    expectClose(
      factors(schedule, of: 4),
      [1, 0.75, 0.5, 0.25].map { 0.1 + 0.9 * (1 - cos($0 * .pi)) / 2 })
    #expect(abs(schedule.factor(at: 4, of: 4) - 0.1) < 1e-6)
  }

  @Test func withoutDecayTheRateStays() {
    #expect(factors(Schedule(decayShare: 0), of: 5) == [1, 1, 1, 1, 1])
    #expect(factors(Schedule(warmupSteps: 9), of: 3) == [1, 2, 3].map { Float($0) / 9 })
    #expect(factors(Schedule(), of: 1) == [1])
  }

  @Test func itNeverRisesAfterTheWarmup() {
    for decay in Schedule.Decay.allCases {
      let factors = factors(
        Schedule(warmupSteps: 7, decayShare: 0.6, floor: 0.05, decay: decay), of: 100)
      #expect(zip(factors[6...], factors[7...]).allSatisfy { $0 >= $1 })
      #expect(zip(factors[..<6], factors[1..<7]).allSatisfy { $0 < $1 })
      #expect(factors.allSatisfy { $0 > 0.05 && $0 <= 1 })
      #expect(factors[99] < 0.07)
    }
  }
}
