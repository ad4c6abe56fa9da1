import CommandLineInterface
import Corpora
import Foundation
import Individuals
import Studies

struct BenchmarkIntentsCommand: Command {
  let name = "intents"
  let abstract =
    "A trained core learns to tell intents apart, some after others (CLINC150, Banking77)."
  let discussion = """
    What somebody wants is chosen among all intents so far by how likely the core finds their names behind the text. A run \
    that is complete is kept in the folder and not done again; as many run side by side as there are cores. The results \
    are intents.md and intents.html there.
    """
  let examples = [
    "circadian benchmark memory intents --data clinc150 --out results",
    "circadian benchmark memory intents --data banking77 --tasks 7 --out results --learner adam --learner continuum",
  ]

  let data = CommandLineInterface.Option<String>(
    "data", completion: .folders,
    help: "The folder with CLINC150's data_full.json, or Banking77's train.csv and test.csv.")
  let core = CommandLineInterface.Option<String?>(
    "core", completion: .files, help: "The core that learns, instead of the package's own.")
  let tasks = CommandLineInterface.Option(
    "tasks", default: 10, must: .be(in: 1...1000), help: "In how many parts the intents come.")
  let count = CommandLineInterface.Option(
    "count", default: 50, must: .be(in: 1...100_000), help: "Texts of an intent to learn from.")
  let questions = CommandLineInterface.Option(
    "questions", default: 4, must: .be(in: 1...100_000),
    help: "Texts of an intent to be asked about.")
  let course = TaskCourseOptions(IntentCourse.Plan(.adam, seed: 0).pace, seeds: 5)

  var parameters: ParameterList {
    data
    course.out
    core
    course.learners
    tasks
    count
    questions
    course.epochs
    course.rate
    course.continuumRate
    course.elasticity
    course.seeds
  }

  func run(_ invocation: Invocation) async throws {
    let intents = try IntentFiles.read(in: invocation[data])
    guard invocation[tasks] <= intents.count else {
      throw CommandError(
        "--tasks \(invocation[tasks]): \(invocation[data]) has \(intents.count) intents",
        exitCode: .usage)
    }
    let core = try CoreReference.opening(invocation[core])
    let outcomes = try course.outcomes(invocation, as: "intents") { learner, seed in
      var plan = IntentCourse.Plan(learner, seed: seed)
      plan.data = URL(fileURLWithPath: invocation[data]).lastPathComponent
      plan.tasks = invocation[tasks]
      plan.examples = invocation[count]
      plan.questions = invocation[questions]
      plan.pace = course.pace(invocation)
      return plan
    } _: { plan, report in
      try IntentCourse(plan, core: core.url, intents).run(report: report)
    }
    try invocation.keep(
      TaskCourseReport(outcomes).document, of: outcomes, in: invocation[course.out], as: "intents")
  }
}
