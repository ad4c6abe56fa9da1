import Briefs
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
  let words = Argument<String?>("words", help: "Words of the text, or of its title.")
  let episodes = CommandLineInterface.Option<[Int]>(
    "episode", help: "The number of an episode, instead of words; may be repeated.")
  let yes = Flag("yes", help: "Do it.")

  var parameters: ParameterList {
    individual
    words
    episodes
    yes
    NightProgress.events
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
    let found = try found(person, invocation)
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
    let removed = try person.forget(Set(found.map(\.id)))
    try person.writeFeed()
    report.isDone = true
    report.nights = try sleepAgain(removed, person, invocation)
    try invocation.report(report) {
      "forgotten:\n" + titles
        + (report.nights.isEmpty
          ? "" : "\n\(report.nights.count) night(s) were slept again without it")
    }
    let waiting = try person.unsleptEpisodes().count { episode in
      removed.contains { $0.rest.contains(episode.id) }
    }
    if waiting > 0 {
      throw CommandError(
        "\(waiting) episode(s) that were learned before are not; 'circadian sleep \(person.name)' learns them",
        exitCode: .failure)
    }
  }

  private func found(_ person: Individual, _ invocation: Invocation) throws -> [Episode] {
    switch (invocation[words], invocation[episodes]) {
    case (let words?, []): return try person.journal.episodes(saying: words)
    case (nil, let numbers) where !numbers.isEmpty:
      return try numbers.map { try person.journal.episode($0) }
    default:
      throw CommandError(
        "say what is forgotten: either words or episodes by their numbers", exitCode: .usage)
    }
  }

  /// Every removed night again on the rest of its day and with its own settings, and every season; what cannot be
  /// slept again is said and left out.
  ///
  /// - Returns: the numbers of the new nights.
  private func sleepAgain(
    _ removed: [RemovedNight], _ person: Individual, _ invocation: Invocation
  ) throws -> [Int] {
    let neutral = try NeutralText.load(for: person.core)
    let progress = NightProgress(invocation)
    _ = Interruption.isRequested
    var numbers: [Int] = []
    for (index, night) in removed.enumerated() {
      let before = try person.lineage().count
      var settings = NightSettings(described: night.record.settings)
      // As if there had never been anything else: what is forgotten leaves no trace in what is drawn.
      settings.seed = settings.seed &- UInt64(night.position) &+ UInt64(before)
      if night.record.isSeason ? before == 0 : night.rest.isEmpty { continue }
      invocation.note(
        "\(night.record.isSeason ? "making season" : "sleeping night") \(index + 1) of \(removed.count) again"
      )
      do {
        let outcome =
          night.record.isSeason
          ? try progress.settle(Season(person, settings, neutral: neutral))
          : try progress.sleep(Night(person, settings, neutral: neutral), on: night.rest)
        guard case .committed(let record, _) = outcome else {
          throw Interrupted(
            "interrupted; what is forgotten is gone, and 'circadian sleep \(person.name)' learns the rest"
          )
        }
        numbers.append(record.number)
      } catch let error as SleepError {
        invocation.warn("\(night.record.isSeason ? "a season" : "a night") again: \(error)")
      }
    }
    return numbers
  }
}
