import Individuals

/// What a night goes through again: the day's episodes, and what earlier nights learned.
struct Replay {
  /// Of the day, oldest first; none where a season is slept.
  let episodes: [Episode]
  /// What the user asked in them, and how it was answered.
  let exchanges: [Exchange]
  /// Of earlier nights, first to last.
  let earlier: [Episode]
  /// The questions of earlier nights that still stand, without those that are set aside for exams.
  let earlierQuestions: [StudyEntry]
  /// Those that are: no night ever studies them.
  let setAside: Set<String>

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
    exchanges = try Exchange.all(in: day, of: individual.journal)
    earlier = try nights.flatMap(\.episodes).map {
      try individual.journal.heard(individual.journal.episode($0))
    }
    let sheets = try StudySheet.all(of: nights, individual)
    earlierQuestions = sheets.flatMap { $0[.kept] }
    setAside = Set(sheets.flatMap { $0[.exam] }.map(\.question))
  }
}

extension StudySheet {
  /// The study sheets of `nights`, and then `last`, each without what a later one says otherwise: that does not stand
  /// any more, neither to be rehearsed nor to be asked in an exam.
  ///
  /// - Throws: `IndividualError.damaged` where a sheet is another than was written, or is missing.
  static func all(
    of nights: [NightRecord], _ individual: Individual, and last: StudySheet? = nil
  ) throws -> [StudySheet] {
    var sheets = try nights.map { night in
      // A season asks itself nothing; nights of format version 1 kept no digests.
      guard night.files.isEmpty || night.files[fileName] != nil else { return StudySheet() }
      return try read(individual.file(fileName, of: night))
    }
    if let last { sheets.append(last) }
    var entries = sheets.flatMap(\.entries)
    StudyGuard.settle(&entries)
    var settled = entries[...]
    return sheets.map { sheet in
      defer { settled = settled.dropFirst(sheet.entries.count) }
      return StudySheet(Array(settled.prefix(sheet.entries.count)))
    }
  }
}
