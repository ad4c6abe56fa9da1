import Foundation

/// Reads transcripts, subtitles, Markdown and plain text into documents.
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
    let file = try InputFile(path: path)
    if let size = file.size, size > sizeLimit {
      throw .tooLarge(path: path, bytes: size, limit: sizeLimit)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(file.size ?? 0)
    // One byte more than allowed tells a pipe, or a file that still grows, from one that fits.
    let count = try file.read(sizeLimit < .max ? sizeLimit + 1 : sizeLimit, into: &bytes)
    if count > sizeLimit { throw .tooLarge(path: path, bytes: count, limit: sizeLimit) }
    return try document(from: bytes, named: path)
  }

  /// Reads text that is already in memory; `path` gives the extension and names it in errors.
  ///
  /// - Throws: `DocumentError`, which names the file, the place and what was expected.
  public func document(
    from bytes: [UInt8], named path: String
  ) throws(DocumentError) -> Document {
    let text = try TextDecoding.normalized(bytes, path: path)
    guard text.contains(where: { !$0.isSpace }) else { throw .empty(path: path) }
    let source = SourceName(path)
    let frontMatter = FrontMatter(text)
    let lines = Lines(text, from: frontMatter.bodyOffset, number: frontMatter.bodyLine)
    let survey = LineSurvey(lines)
    var document = Document(
      title: frontMatter.title ?? source.title, show: frontMatter.show,
      date: frontMatter.date ?? source.date, sourceName: source.name, format: .plainText,
      language: frontMatter.language, segments: [])

    if isSubtitles(survey, source) {
      try readSubtitles(lines, survey, source, frontMatter, path: path, into: &document)
    } else {
      readLines(lines, survey, source, frontMatter, into: &document)
    }
    guard document.segments.contains(where: { $0.text.contains { !$0.isWhitespace } }) else {
      throw .noText(path: path)
    }
    return document
  }

  private func isSubtitles(_ survey: LineSurvey, _ source: SourceName) -> Bool {
    if survey.hasWebVTTSignature || source.isSubRip || source.isWebVTT { return true }
    return survey.cueArrows > 0 && survey.cueArrows * 8 >= survey.nonBlank
  }

  private func readSubtitles(
    _ lines: Lines, _ survey: LineSurvey, _ source: SourceName, _ frontMatter: FrontMatter,
    path: String, into document: inout Document
  ) throws(DocumentError) {
    let isWebVTT = survey.hasWebVTTSignature || source.isWebVTT
    var parser = SubtitleParser(isWebVTT: isWebVTT)
    parser.parse(lines, knownSpeakers: frontMatter.speakers)
    guard parser.hasCues else {
      if survey.hasWebVTTSignature, parser.firstBrokenLine == nil { throw .noText(path: path) }
      throw .malformed(
        path: path, line: parser.firstBrokenLine ?? frontMatter.bodyLine,
        expected: SubtitleParser.expectedTiming)
    }
    document.format = isWebVTT ? .webVTT : .subRip
    document.segments = parser.segments
    document.warnings = parser.warnings
    document.speakers = unique(parser.segments.compactMap(\.speaker) + frontMatter.speakers)
  }

  private func readLines(
    _ lines: Lines, _ survey: LineSurvey, _ source: SourceName, _ frontMatter: FrontMatter,
    into document: inout Document
  ) {
    let isMarkdown = source.isMarkdown || frontMatter.isPresent || survey.hasBoldLabels
    let hasSpeakers = !survey.speakers(frontMatter: frontMatter.speakers).names.isEmpty
    document.format = survey.format(isMarkdown: isMarkdown, hasSpeakers: hasSpeakers)
    var parser = TranscriptParser(
      survey: survey, format: document.format, isMarkdown: isMarkdown, frontMatter: frontMatter)
    parser.parse(lines)
    document.segments = parser.segments
    document.warnings = parser.warnings
    document.title = frontMatter.title ?? parser.firstHeading ?? source.title
    document.speakers = unique(
      parser.segments.compactMap(\.speaker) + frontMatter.speakers.map(parser.spelling(of:)))
  }

  private func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
