import Individuals
import Tensors
import Tokenizers

/// Makes a night's study sheet: reflects on the day, asks about others, keeps what the guard lets through.
package struct StudySheetMaker {
  let respondent: Respondent
  let settings: NightSettings
  let isReserved: @Sendable (String) -> Bool

  package init(
    _ respondent: Respondent, _ settings: NightSettings,
    isReserved: @escaping @Sendable (String) -> Bool = { _ in false }
  ) {
    self.respondent = respondent
    self.settings = settings
    self.isReserved = isReserved
  }

  /// `exchanges` are what the user asked that day; `earlier`, questions of earlier nights, are words to ask in.
  package func sheet(
    on episodes: [Episode], asked exchanges: [Exchange] = [], after earlier: [StudyEntry] = []
  ) throws -> (sheet: StudySheet, report: GuardReport) {
    let tokenizer = respondent.format.tokenizer
    let reflection = Reflection(respondent: respondent, seed: settings.seed)
    var studyGuard = StudyGuard(respondent, isReserved: isReserved)
    var entries: [StudyEntry] = []
    var report = GuardReport()
    if !exchanges.isEmpty {
      entries = try studyGuard.judge(exchanges)
      report.review = Review(of: exchanges, judged: entries)
    }
    let count = Passage.all(in: episodes, tokenizer).count
    let rounds = min(settings.reflectionRounds, max(settings.reflections / max(count, 1), 1))
    for round in 0..<rounds where count > 0 {
      let passages = Passage.all(in: episodes, shift: round, tokenizer)
      var temperature = settings.reflectionTemperature
      for attempt in 0..<GuardReport.attempts {
        let drafts = try reflection.drafts(
          of: passages, round: round, attempt: attempt, temperature: temperature)
        let judged = try studyGuard.judge(drafts)
        let batch = GuardReport.Batch(judged, round: round, temperature: temperature)
        report.batches.append(batch)
        guard batch.refusal != nil else {
          entries += judged
          break
        }
        entries += judged.map { entry in
          var entry = entry
          if entry.verdict == .kept { entry.verdict = .refused }
          return entry
        }
        // More spread the next time.
        temperature += GuardReport.temperatureStep
      }
    }
    func answered() -> [StudyEntry] { entries.filter { $0.verdict == .kept } }
    let wordings = Wordings(of: answered() + earlier)
    entries += try studyGuard.judge(
      rewordings: wordings.rewordings(
        of: answered(), upTo: settings.wordings, seed: settings.seed))
    let substitution = Substitution(of: answered(), in: episodes, tokenizer)
    let most = Int(settings.abstentionShare / 2 * Double(answered().count))
    var room = [StudyEntry.Kind.nearMiss: most, .stranger: most]
    for round in 0..<settings.swapsPerQuestion {
      let questions = substitution.questions(round: round, seed: settings.seed)
      // A kind of which there is enough is not asked for any more; of near misses, every other one is answered.
      guard let kind = questions.first?.kind, let left = room[kind], left > 0 else { continue }
      for entry in try studyGuard.judge(Array(questions.prefix(2 * left)), from: substitution) {
        if entry.verdict == .kept, entry.kind != .question {
          guard room[entry.kind, default: 0] > 0 else { continue }
          room[entry.kind, default: 0] -= 1
        }
        entries.append(entry)
      }
    }
    // What an earlier day has answered is not to be declined because today says nothing of it.
    var all = earlier + entries
    StudyGuard.settle(&all)
    entries = Array(all.suffix(entries.count))
    setAside(&entries)
    return (StudySheet(entries), report)
  }

  /// Of what is asked in at least so many ways, one way is left for exams.
  private static let waysForExam = 4
  /// Of so many questions without an answer one is left for exams.
  private static let abstentionsPerExam = 6

  private func setAside(_ entries: inout [StudyEntry]) {
    var ways: [String: [Int]] = [:]
    for (index, entry) in entries.enumerated()
    where entry.verdict == .kept && entry.kind == .question {
      ways[entry.answer, default: []].append(index)
    }
    var random = RandomSource(seed: settings.seed, name: "exam")
    let abstentions = entries.indices.filter {
      entries[$0].verdict == .kept && entries[$0].kind != .question
    }
    for index in abstentions.shuffled(using: &random).prefix(
      abstentions.count / Self.abstentionsPerExam)
    {
      entries[index].verdict = .exam
    }
    for answer in ways.keys.sorted() {
      guard let indices = ways[answer], indices.count >= Self.waysForExam else { continue }
      entries[indices[random.integer(in: 0..<indices.count)]].verdict = .exam
    }
  }
}
