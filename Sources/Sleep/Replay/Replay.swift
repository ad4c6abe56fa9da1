import Individuals

/// What a night goes through again: the day's episodes, and what earlier nights learned.
struct Replay {
  /// Of the day, oldest first.
  let episodes: [Episode]
  /// Of earlier nights, first to last.
  let earlier: [Episode]
  /// The questions of earlier nights that still stand, without those that are set aside for exams.
  let earlierQuestions: [StudyEntry]

  /// - Throws: ``SleepError/nothingToSleepOn(name:)``, and what the individual's files throw.
  init(_ individual: Individual, of chosen: [Episode.ID]? = nil) throws {
    let day = try individual.unsleptEpisodes().filter { chosen?.contains($0.id) ?? true }
    guard !day.isEmpty else { throw SleepError.nothingToSleepOn(name: individual.name) }
    let nights = try individual.lineage()
    episodes = try day.map { try individual.journal.heard($0) }
    earlier = try nights.flatMap(\.episodes).map {
      try individual.journal.heard(individual.journal.episode($0))
    }
    earlierQuestions = try nights.flatMap {
      try StudySheet.read(of: $0, individual)[.kept]
    }
  }
}

extension StudySheet {
  /// The study sheet of a night.
  static func read(of night: NightRecord, _ individual: Individual) throws -> StudySheet {
    try read(individual.folder(ofNight: night.number).appendingPathComponent(fileName))
  }
}
