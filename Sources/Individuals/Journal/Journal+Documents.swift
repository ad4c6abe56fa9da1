import Corpora
import Foundation

extension Journal {
  /// Adds a document with who speaks in it and when.
  ///
  /// - Throws: as ``appendDocument(title:text:show:source:published:annotations:at:)``.
  public func appendDocument(
    _ document: Document, from path: String?
  ) throws -> (episode: Episode, isNew: Bool) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try appendDocument(
      title: document.title, text: document.plainText, show: document.show, source: path,
      published: document.date.map { "\($0)" },
      annotations: String(decoding: try encoder.encode(document), as: UTF8.self),
      sameness: .words)
  }

  /// All documents with speakers and times as they were read, oldest first; those without are left out.
  ///
  /// - Throws: `IndividualError.damaged` where what was kept is no document.
  public func documents() throws(IndividualError) -> [(episode: Episode.ID, document: Document)] {
    let kept = try database.rows(
      "SELECT id, show, annotations FROM episodes WHERE annotations IS NOT NULL ORDER BY id"
    ) { row in
      (episode: row.integer(0), show: row.text(1), json: row.text(2) ?? "")
    }
    var documents: [(episode: Episode.ID, document: Document)] = []
    for row in kept {
      guard
        var document = try? JSONDecoder().decode(Document.self, from: Data(row.json.utf8))
      else {
        throw .damaged(
          path: database.path, key: "episodes.annotations",
          expected: "the document of episode \(row.episode) as JSON")
      }
      document.show = document.show ?? row.show
      documents.append((row.episode, document))
    }
    return documents
  }
}
