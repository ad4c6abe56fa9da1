import Foundation

extension Journal {
  // More words would slow a search down without changing which episode is found.
  private static let maximumWordCount = 256

  /// The episodes that share words with `query`, best first by BM25 (Robertson and Zaragoza 2009).
  ///
  /// The query is plain language; case and accents do not count, and nothing in it is an operator.
  public func search(_ query: String, limit: Int = 10) throws(IndividualError) -> [SearchHit] {
    let expression = Self.expression(for: Self.phrases(in: query), joinedBy: " OR ")
    guard !expression.isEmpty, limit > 0 else { return [] }
    return try database.rows(
      """
      SELECT rowid, title, -bm25(episode_words), snippet(episode_words, 2, '', '', '', 64)
      FROM episode_words WHERE episode_words MATCH ? ORDER BY rank, rowid LIMIT ?
      """, .text(expression), .integer(limit)
    ) { row in
      SearchHit(
        episodeID: row.integer(0), title: row.text(1) ?? "", score: row.real(2),
        passage: row.text(3) ?? "")
    }
  }

  /// The different words of a query as they are written.
  private static func phrases(in query: String) -> [Substring] {
    var seen = Set<Substring>()
    return query.split { $0.isWhitespace || $0 == "\"" || $0 == "\0" }
      .filter { word in
        word.contains { $0.isLetter || $0.isNumber } && seen.insert(word).inserted
      }
  }

  /// Each word as a quoted phrase, so that FTS5 reads no operator into it.
  ///
  /// - Precondition: no word has a quotation mark or NUL in it.
  static func expression(
    for words: some Sequence<some StringProtocol>, joinedBy separator: String
  ) -> String {
    words.prefix(maximumWordCount).map { "\"\($0)\"" }.joined(separator: separator)
  }
}
