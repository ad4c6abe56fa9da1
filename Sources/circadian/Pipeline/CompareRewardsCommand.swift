import CommandLineInterface
import Files
import Foundation
import LanguageModels
import Training

struct CompareRewardsCommand: Command {
  let name = "compare-rewards"
  let abstract = "Imitation, outcome reward and process reward from one core, over several seeds."
  let discussion = """
    Every arm practises on as many answers with the same optimizer; imitation learns worked solutions \
    instead of its own answers. What is complete is not done again, so the same command goes on after an \
    interruption. The result is reinforcement.json in the folder, which 'circadian report' shows when it \
    lies in a pipeline's folder.
    """
  let examples = ["circadian compare-rewards --model tuned --out . --seeds 3"]

  let seeds = Option(
    "seeds", default: 3, must: .be(in: 1...100), help: "Seeds, from --seed upwards.")
  let practice = Practice()

  var parameters: ParameterList {
    practice.model
    practice.out
    practice.task
    practice.digits
    seeds
    practice.section
    practice.trainingSection
  }

  func run(_ invocation: Invocation) async throws {
    guard invocation[practice.heldOut] > 0 else {
      throw CommandError("--held-out 0 leaves nothing to compare by", exitCode: .usage)
    }
    let folder = invocation[practice.out]
    let task = try practice.task(for: LanguageModel.open(invocation[practice.model]), invocation)
    let arms: [(name: String, credit: Reinforcement.Credit)] = [
      ("imitation", .imitation), ("outcome reward", .outcome), ("process reward", .process),
    ]
    var runs: [ReinforcementArms.Run] = []
    for seed in (0..<UInt64(invocation[seeds])).map({ invocation.seed &+ $0 }) {
      for arm in arms {
        let place = folder.appendingPathComponent("arms/\(arm.credit.rawValue)-\(seed)")
        invocation.note("\(arm.name), seed \(seed)")
        // An arm that is complete only measures again; one of other settings is refused by its checkpoint.
        let summary = try practice.run(arm.credit, on: task, seed: seed, in: place, invocation)
        guard let before = summary.measures[StageSummary.solvedBefore],
          let after = summary.measures[StageSummary.solved]
        else { continue }
        runs.append(.init(arm: arm.name, seed: seed, before: before, after: after))
      }
    }
    let result = ReinforcementArms(
      measure: "share of held-out problems solved, \(task.identity)", runs: runs)
    try AtomicFile.write(
      JSONFormat.data(result), to: folder.appendingPathComponent(ReinforcementArms.fileName))
    try invocation.report(result) { Self.table(result) }
  }

  private static func table(_ result: ReinforcementArms) -> String {
    var table = TextTable(
      "arm", .trailing("seeds"), .trailing("before"), .trailing("after"), .trailing("lowest"),
      .trailing("highest"), .trailing("gain"))
    for arm in result.arms {
      table.append(
        arm.name, "\(arm.seeds)", Readable.percent(arm.before), Readable.percent(arm.mean),
        Readable.percent(arm.lowest), Readable.percent(arm.highest), Readable.percent(arm.gain))
    }
    return result.measure + "\n\n" + table.text
  }
}
