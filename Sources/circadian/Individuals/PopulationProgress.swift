import CommandLineInterface
import Foundation
import Ranks

/// How far a population's night has come, as the first process says it of all.
///
/// Every process tells whose sleep is over; the first one hears of it between its own nights, and when it has none left.
final class PopulationProgress {
  private let population: Population
  private let ranks: any RankGroup
  private let invocation: Invocation
  private let start = Date()
  private var over: Set<Int> = []
  private var finishedCount = 0

  init(of population: Population, among ranks: any RankGroup, _ invocation: Invocation) {
    (self.population, self.ranks, self.invocation) = (population, ranks, invocation)
  }

  /// Takes note that this process has done with `sleeper`, whose night was kept or not.
  func isOver(_ sleeper: Population.Sleeper) {
    guard let index = population.sleepers.firstIndex(of: sleeper) else { return }
    ranks.tell(index)
    if ranks.isFirst { show() }
  }

  /// Takes note that this process has nobody left; the first one returns when no process has.
  func finish() {
    ranks.tell(population.sleepers.count)
    guard ranks.isFirst else { return }
    show()
    while finishedCount < ranks.count {
      Thread.sleep(forTimeInterval: 0.2)
      show()
    }
  }

  private func show() {
    let numbers = ranks.heard()
    finishedCount += numbers.count { $0 == population.sleepers.count }
    let before = over.count
    over.formUnion(numbers.filter { $0 < population.sleepers.count })
    guard over.count > before else { return }
    let (done, all) = (population.cost(of: over), population.cost(of: population.sleepers.indices))
    let left = Date().timeIntervalSince(start) * (all - done) / max(done, 1)
    invocation.note(
      "\(over.count) of \(population.sleepers.count) have slept"
        + (left > 0 ? " | \(Duration.seconds(left).readable) left" : ""))
  }
}
