import Foundation

extension Journal {
  /// Episodes as alike as this are the same; `Documentation/Reading.md` says how it was measured.
  public static let leastSimilarity = 0.3
  /// The shorter of two that are the same has at least this share of the longer one's words.
  static let leastLengthShare = 0.8

  /// The sketch of what is said, without the names of those who say it where the annotations part them.
  static func sketch(of text: String, annotations: String?) -> TextSketch? {
    struct Spoken: Decodable {
      struct Segment: Decodable {
        var text: String
      }
      var segments: [Segment]
    }
    let spoken = annotations.flatMap {
      try? JSONDecoder().decode(Spoken.self, from: Data($0.utf8))
    }
    return TextSketch(spoken.map { $0.segments.map(\.text).joined(separator: " ") } ?? text)
  }

  /// The document most like the sketched text, nil when none is like it.
  func episode(like sketch: TextSketch) throws(IndividualError) -> Episode? {
    try sketchDocuments()
    let kept = try database.rows("SELECT episode, sketch FROM sketches WHERE sketch <> ''") {
      row in (row.integer(0), row.text(1) ?? "")
    }
    var best: (episode: Episode.ID, similarity: Double)?
    for (episode, text) in kept {
      guard let other = TextSketch(text: text),
        sketch.lengthShare(with: other) >= Self.leastLengthShare
      else { continue }
      let similarity = sketch.similarity(to: other)
      if similarity >= max(Self.leastSimilarity, best?.similarity ?? 0) {
        best = (episode, similarity)
      }
    }
    return try best.map { found throws(IndividualError) in try self.episode(found.episode) }
  }

  func keep(_ sketch: TextSketch?, of episode: Episode.ID) throws(IndividualError) {
    try database.run(
      "INSERT OR REPLACE INTO sketches (episode, sketch) VALUES (?, ?)", .integer(episode),
      .text(sketch?.text ?? ""))
  }

  /// Sketches the documents that have none yet, as those that an older program read.
  private func sketchDocuments() throws(IndividualError) {
    let ids = try database.rows(
      """
      SELECT id FROM episodes WHERE kind = 'document'
      AND NOT EXISTS (SELECT 1 FROM sketches WHERE episode = id)
      """
    ) { $0.integer(0) }
    for id in ids {
      let document = try episode(id)
      try keep(Self.sketch(of: document.text, annotations: document.annotations), of: id)
    }
  }
}
