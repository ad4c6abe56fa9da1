import Briefs
import CommandLineInterface
import Individuals

struct RollbackCommand: Command {
  let name = "rollback"
  let abstract = "Makes an individual what it was after an earlier night."
  let discussion = """
    Only a pointer moves: the nights beyond stay on the disk, and rolling "back" to one of them \
    returns. What they had learned waits for the next night again. Night 0 is before the first.
    """
  let examples = ["circadian rollback ada 2", "circadian rollback ada 0"]

  let individual = Argument<String>("name", help: "Who is rolled back.")
  let night = Argument<Int>("night", must: .be(atLeast: 0), help: "The night to wake from.")

  var parameters: ParameterList {
    individual
    night
  }

  private struct Report: Encodable {
    var individual: String
    var currentNight: Int?
    var waiting: [String]
  }

  func run(_ invocation: Invocation) async throws {
    let person = try invocation.individual(invocation[individual])
    let number = invocation[night]
    try person.rollback(to: number == 0 ? nil : number)
    try person.writeFeed()
    let report = Report(
      individual: person.name, currentNight: person.currentNight,
      waiting: try person.unsleptEpisodes().map(\.title))
    try invocation.report(report) {
      let place = report.currentNight.map { "after night \($0)" } ?? "before its first night"
      return "\(report.individual) is as it was \(place); "
        + "\(report.waiting.count) episode(s) wait for the next night"
    }
  }
}
