import CommandLineInterface
import Individuals
import Sleep

struct ForgetCommand: Command {
  let name = "forget"
  let abstract =
    "Removes what an individual lived through, and learns the nights since then anew without it."
  let discussion = """
    Every episode whose text or title has the words in it is removed from the journal, and every night \
    that learned one of them, or came after such a night, is removed and slept again on the rest of its \
    day. Without --yes it only says what would go. Nothing brings it back.
    """
  let examples = [
    "circadian forget ada \"my address\"", "circadian forget ada \"my address\" --yes",
  ]

  let individual = Argument<String>("name", help: "Who forgets.")
  let words = Argument<String>("words", help: "Words of the text, or of its title.")
  let yes = Flag("yes", help: "Do it.")

  var parameters: ParameterList {
    individual
    words
    yes
  }

  private struct Report: Encodable {
    struct Item: Encodable {
      var id: Int
      var kind, title: String
    }
    var individual: String
    var episodes: [Item]
    var isDone: Bool
    /// The nights that were slept again.
    var nights: [Int]
  }

  func run(_ invocation: Invocation) async throws {
    let person = try invocation.individual(invocation[individual])
    let found = try person.journal.episodes(saying: invocation[words])
    var report = Report(
      individual: person.name,
      episodes: found.map { .init(id: $0.id, kind: $0.kind.rawValue, title: $0.title) },
      isDone: false, nights: [])
    let titles = found.map { "\($0.kind.rawValue) \($0.id): \($0.title)" }.joined(separator: "\n")
    guard !found.isEmpty, invocation[yes] else {
      try invocation.report(report) {
        found.isEmpty
          ? "\(person.name) has no episode with these words"
          : "to be forgotten with --yes:\n" + titles
      }
      return
    }
    let days = try person.forget(Set(found.map(\.id)))
    report.isDone = true
    var settings = NightSettings()
    settings.seed = invocation.seed
    let neutral = try NeutralText.load(for: person.core)
    let progress = NightProgress(invocation)
    let season = Season(person, settings, neutral: neutral)
    _ = Interruption.isRequested
    for (index, day) in days.enumerated() {
      invocation.note("sleeping on day \(index + 1) of \(days.count) again")
      var outcomes = [
        try progress.sleep(Night(person, settings, neutral: neutral), on: day)
      ]
      if try season.isDue() { outcomes.append(try progress.settle(season)) }
      for outcome in outcomes {
        guard case .committed(let record, _) = outcome else {
          throw Interrupted(
            "interrupted; what is forgotten is gone, and 'circadian sleep \(person.name)' learns the rest"
          )
        }
        report.nights.append(record.number)
      }
    }
    try invocation.report(report) {
      "forgotten:\n" + titles
        + (days.isEmpty ? "" : "\n\(days.count) night(s) were slept again without it")
    }
  }
}
