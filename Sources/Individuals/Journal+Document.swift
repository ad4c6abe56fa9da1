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
}
