import Foundation

/// Reads transcripts, subtitles, pages, PDFs, Markdown and plain text into documents.
public struct DocumentReader: Sendable {
  /// Larger files are refused before they are read, in bytes.
  public var sizeLimit: Int

  public init(sizeLimit: Int = 64 << 20) { self.sizeLimit = max(0, sizeLimit) }

  /// Reads the file at `url`.
  ///
  /// - Throws: `DocumentError`, which names the file, the place and what was expected.
  public func read(_ url: URL) throws(DocumentError) -> Document { try read(url.path) }

  /// Reads the file at `path`, recognising its format by content first and by extension second.
  ///
  /// - Throws: `DocumentError`, which names the file, the place and what was expected.
  public func read(_ path: String) throws(DocumentError) -> Document {
    try document(from: bytes(of: path), named: path)
  }

  /// Reads text that is already in memory; `path` gives the extension and names it in errors.
  ///
  /// - Throws: `DocumentError`, which names the file, the place and what was expected.
  public func document(
    from bytes: [UInt8], named path: String
  ) throws(DocumentError) -> Document {
    try document(from: bytes, named: path, described: FrontMatter())
  }

  /// - Throws: `DocumentError` for a file that is not there or too large.
  func bytes(of path: String) throws(DocumentError) -> [UInt8] {
    let file = try InputFile(path: path)
    if let size = file.size, size > sizeLimit {
      throw .tooLarge(path: path, bytes: size, limit: sizeLimit)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(file.size ?? 0)
    // One byte more than allowed tells a pipe, or a file that still grows, from one that fits.
    let count = try file.read(sizeLimit < .max ? sizeLimit + 1 : sizeLimit, into: &bytes)
    if count > sizeLimit { throw .tooLarge(path: path, bytes: count, limit: sizeLimit) }
    return bytes
  }

  /// - Parameter described: What a feed says of the document, which goes before what it says itself.
  func document(
    from bytes: [UInt8], named path: String, described: FrontMatter
  ) throws(DocumentError) -> Document {
    let source = SourceName(path)
    var kind = ContentKind(bytes, source)
    var text: [UInt8] = []
    if kind == .pdf {
      guard !bytes.isEmpty else { throw .empty(path: path) }
    } else {
      text =
        try kind == .html
        ? HTMLEncoding.normalized(bytes, path: path) : TextDecoding.normalized(bytes, path: path)
      guard text.contains(where: { !$0.isSpace }) else { throw .empty(path: path) }
      // Marks of the encoding may have hidden what the text is.
      kind = ContentKind(text, source)
    }
    var draft = DocumentDraft(source: source, path: path, described: described)
    switch kind {
    case .json: try draft.read(json: text)
    case .html: try draft.read(page: text)
    case .pdf: try draft.read(pdf: PDFFile(bytes, path: path, sizeLimit: sizeLimit))
    case .text: try draft.read(text: text)
    case .feed:
      throw .unexpected(path: path, offset: 0, expected: "one document, found a feed or other XML")
    }
    guard draft.document.segments.contains(where: { $0.text.contains { !$0.isWhitespace } }) else {
      throw .noText(path: path)
    }
    return draft.document
  }
}
