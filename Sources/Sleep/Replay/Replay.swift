import Individuals

/// What a night goes through again: the day's episodes, and what earlier nights learned.
struct Replay {
  /// Of the day, oldest first; none where a season is slept.
  let episodes: [Episode]
  /// Of earlier nights, first to last.
  let earlier: [Episode]
  /// The questions of earlier nights that still stand, without those that are set aside for exams.
  let earlierQuestions: [StudyEntry]

  /// For a night on what no night has learned yet, or on `chosen` of it.
  ///
  /// - Throws: ``SleepError/nothingToSleepOn(name:)``, and what the individual's files throw.
  init(_ individual: Individual, of chosen: [Episode.ID]? = nil) throws {
    let day = try individual.unsleptEpisodes().filter { chosen?.contains($0.id) ?? true }
    guard !day.isEmpty else { throw SleepError.nothingToSleepOn(name: individual.name) }
    try self.init(individual, on: day)
  }

  /// For a season, on all that has been learned.
  init(everythingOf individual: Individual) throws {
    try self.init(individual, on: [])
  }

  private init(_ individual: Individual, on day: [Episode]) throws {
    let nights = try individual.lineage()
    episodes = try day.map { try individual.journal.heard($0) }
    earlier = try nights.flatMap(\.episodes).map {
      try individual.journal.heard(individual.journal.episode($0))
    }
    var questions = try nights.flatMap { try StudySheet.read(of: $0, individual)[.kept] }
    // What a later day says otherwise does not stand any more.
    StudyGuard.settle(&questions)
    earlierQuestions = questions.filter { $0.verdict == .kept }
  }
}

extension StudySheet {
  /// The study sheet of a night.
  static func read(of night: NightRecord, _ individual: Individual) throws -> StudySheet {
    try read(individual.folder(ofNight: night.number).appendingPathComponent(fileName))
  }
}
