import Individuals

extension InsightSelection {
  /// What of the day's texts was new to the individual, which went to sleep as `mind`.
  public func choose(
    from texts: [ReadText], by mind: Mind, of individual: Individual
  ) throws -> [Insight] {
    let candidates = texts.flatMap { text in
      let remarks = Remark.all(in: text.text.episode)
      return zip(remarks, Novelty.of(remarks, in: text)).map(Candidate.init)
    }
    let earlier = try individual.briefs().flatMap { brief in
      brief.insights.map { (night: brief.night, remark: $0.remark) }
    }
    let chosen = try choose(
      from: candidates, after: earlier, concerns: .all(of: individual),
      CoreEmbedding(mind.model, mind.tokenizer))
    return chosen.map { insight in
      guard let text = texts.first(where: { $0.text.episode.id == insight.remark.episode })
      else { return insight }
      var told = insight
      told.belief = .mostLearned(in: insight.remark.bytes, of: text, by: mind)
      told.recalledWords = text.words(in: insight.remark.bytes, recalled: true)
      told.missedWords = text.words(in: insight.remark.bytes, recalled: false)
      return told
    }
  }
}

extension [InsightSelection.Concern] {
  /// More of what was said is not looked at; the newest counts.
  private static let most = 200

  /// What was noted, and what others said to the individual.
  package static func all(of individual: Individual) throws -> Self {
    let journal = individual.journal
    return try journal.episodes().filter { $0.kind != .document }.flatMap { episode in
      try journal.heard(episode).text.split(whereSeparator: \.isNewline).map {
        InsightSelection.Concern(episode: episode.id, text: String($0))
      }
    }.filter { $0.text.utf8.count >= 12 }.suffix(most)
  }
}
