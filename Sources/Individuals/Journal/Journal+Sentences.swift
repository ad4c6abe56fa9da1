import Corpora
import Foundation

extension Journal {
  /// More episodes than these are not looked into; the best by BM25 come first.
  private static let searchedEpisodes = 16
  /// Sentences that hold less of the query than this share of the best one are left out.
  private static let leastShare = 0.6

  /// The sentences that say most about `query`, best first; the older of equals first.
  ///
  /// Episodes that hold all words near each other are looked into; else those that hold all of them,
  /// else those that hold any. Words count by how rare they are. Of conversations only what the user
  /// said counts, lest an individual take its own guesses for memories; a question counts with the
  /// sentence after it. Of equals, the newest are kept when there are more than `limit` or together
  /// more than so many characters: what was said later stands.
  public func sentences(
    matching query: String, limit: Int = 5, characters: Int = .max, ignoringLastTurn: Bool = false
  ) throws(IndividualError) -> [String] {
    let all = WordFolding.words(in: query[...])
    let telling = all.filter { !WordFolding.fillers.contains($0.folded) }
    let words = (telling.isEmpty ? all : telling).prefix(SentenceRanking.mostWords)
    guard !words.isEmpty, limit > 0 else { return [] }
    let lastTurn = ignoringLastTurn ? try lastTurnID() : nil
    var seen = Set<String>()
    let phrases = words.filter { seen.insert($0.folded).inserted }.map { query[$0.range] }
    var expressions = [Self.expression(for: phrases, joinedBy: " OR ")]
    if phrases.count > 1 {
      expressions.insert(Self.expression(for: phrases, joinedBy: " AND "), at: 0)
      let near = Self.expression(for: phrases, joinedBy: " ")
      expressions.insert("NEAR(\(near), \(SentenceRanking.nearness))", at: 0)
    }
    for expression in expressions {
      var ranking = SentenceRanking(seeking: seen)
      for episode in try episodes(matching: expression) {
        for text in try texts(of: episode, except: lastTurn) { ranking.add(text) }
      }
      let found = ranking.best(limit, leastShare: Self.leastShare, characters: characters)
      if !found.isEmpty { return found }
    }
    return []
  }

  /// The best episodes for an FTS5 expression, oldest first.
  private func episodes(matching expression: String) throws(IndividualError) -> [Episode] {
    let ids = try database.rows(
      """
      SELECT rowid FROM episode_words WHERE episode_words MATCH ?
      ORDER BY rank, rowid DESC LIMIT ?
      """, .text("text: (\(expression))"), .integer(Self.searchedEpisodes)
    ) { $0.integer(0) }
    var episodes: [Episode] = []
    for id in ids.sorted() { episodes.append(try episode(id)) }
    return episodes
  }

  /// What may be remembered of an episode.
  private func texts(
    of episode: Episode, except turn: Turn.ID?
  ) throws(IndividualError) -> [String] {
    guard episode.kind == .conversation else { return [episode.text] }
    return try turns(of: episode.id).filter { $0.role == .user && $0.id != turn }.map(\.text)
  }

  private func lastTurnID() throws(IndividualError) -> Turn.ID? {
    try database.rows("SELECT max(id) FROM turns") { $0.integer(0) }.first
  }
}
