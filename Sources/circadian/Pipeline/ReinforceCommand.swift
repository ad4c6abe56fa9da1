import CommandLineInterface
import LanguageModels
import Training

struct ReinforceCommand: Command {
  let name = "reinforce"
  let abstract = "Lets a core practise on problems whose answers can be judged."
  let discussion = """
    Every step the core answers some problems several times; answers that do better than the others \
    become likelier. Judged is the outcome alone, or every written step as well. The run is \
    checkpointed every two minutes and goes on when it is started again with the same arguments. The \
    share of problems that the core solves is measured before, on the way and afterwards, on problems \
    drawn apart from those that are practised.
    """
  let examples = [
    "circadian reinforce --model core --out practised",
    "circadian reinforce --model core --out practised --digits 4 --reward process",
  ]

  let reward = Option(
    "reward", default: Reinforcement.Credit.outcome,
    help: "Judge the final number, every written step as well, or imitate worked solutions.")
  let practice = Practice()

  var parameters: ParameterList {
    practice.model
    practice.out
    practice.task
    practice.digits
    reward
    practice.section
    practice.trainingSection
  }

  func run(_ invocation: Invocation) async throws {
    let folder = invocation[practice.out]
    let task = try practice.task(for: LanguageModel.open(invocation[practice.model]), invocation)
    let summary = try practice.run(
      invocation[reward], on: task, seed: invocation.seed, in: folder, invocation)
    try invocation.report(summary) {
      func share(_ name: String) -> String {
        summary.measures[name].map(Readable.percent) ?? "not measured"
      }
      return
        "held-out problems solved: \(share(StageSummary.solvedBefore)) before, \(share(StageSummary.solved)) after. "
        + "Written to \(folder.path)"
    }
  }
}
