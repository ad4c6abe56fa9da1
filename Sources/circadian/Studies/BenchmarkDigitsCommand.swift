import CommandLineInterface
import Corpora
import Studies

struct BenchmarkDigitsCommand: Command {
  let name = "digits"
  let abstract = "Permuted MNIST: layers of unlike paces against other ways not to forget."
  let discussion = """
    A network learns the digits with their pixels in one order after another, and is asked about all of them. A run that \
    is complete is kept in the folder and not done again; as many run side by side as there are cores. The results are \
    digits.md and digits.html there.
    """
  let examples = [
    "circadian benchmark memory digits --images mnist --out results",
    "circadian benchmark memory digits --images mnist --out quick --count 5000 --epochs 2 --seeds 1",
  ]

  let images = CommandLineInterface.Option<String>(
    "images", completion: .folders, help: "The folder with MNIST's four files, plain or .gz.")
  let tasks = CommandLineInterface.Option(
    "tasks", default: 10, must: .be(in: 1...1000), help: "Orders of the pixels.")
  let count = CommandLineInterface.Option(
    "count", default: 60_000, must: .be(in: 1000...60_000), help: "Images of a task.")
  let course = TaskCourseOptions(PermutedDigits.Plan(.adam, seed: 0).pace, seeds: 10)

  var parameters: ParameterList {
    images
    course.out
    course.learners
    tasks
    count
    course.epochs
    course.rate
    course.continuumRate
    course.elasticity
    course.seeds
  }

  func run(_ invocation: Invocation) async throws {
    let (training, test) = try LabelledImages.mnist(in: invocation[images])
    let outcomes = try course.outcomes(invocation, as: "digits") { learner, seed in
      var plan = PermutedDigits.Plan(learner, seed: seed)
      plan.tasks = invocation[tasks]
      plan.images = invocation[count]
      plan.pace = course.pace(invocation)
      return plan
    } _: { plan, report in
      try PermutedDigits(plan, training: training, test: test).run(report: report)
    }
    try invocation.keep(
      TaskCourseReport(outcomes).document, of: outcomes, in: invocation[course.out], as: "digits")
  }
}
