/// A document in the making: what is known about it, and what its file turns out to hold.
struct DocumentDraft {
  private let source: SourceName
  private let path: String
  private let described: FrontMatter
  private(set) var document: Document

  /// - Parameter described: Goes before what the file says about itself.
  init(source: SourceName, path: String, described: FrontMatter) {
    (self.source, self.path, self.described) = (source, path, described)
    document = Document(
      title: source.title, sourceName: source.name, format: .plainText, segments: [])
  }

  /// Subtitles, transcripts in lines, Markdown and plain text.
  mutating func read(text: [UInt8]) throws(DocumentError) {
    let frontMatter = FrontMatter(text).overridden(by: described)
    let lines = Lines(text, from: frontMatter.bodyOffset, number: frontMatter.bodyLine)
    let survey = LineSurvey(lines)
    describe(frontMatter)
    if isSubtitles(survey) {
      try readSubtitles(lines, survey, frontMatter)
      return
    }
    let isMarkdown = source.isMarkdown || frontMatter.isPresent || survey.hasBoldLabels
    let hasSpeakers = !survey.speakers(frontMatter: frontMatter.speakers).names.isEmpty
    document.format = survey.format(isMarkdown: isMarkdown, hasSpeakers: hasSpeakers)
    var parser = TranscriptParser(
      survey: survey, format: document.format, isMarkdown: isMarkdown, frontMatter: frontMatter)
    parser.parse(lines)
    take(parser, frontMatter)
    document.title = frontMatter.title ?? parser.firstHeading ?? source.title
  }

  mutating func read(json text: [UInt8]) throws(DocumentError) {
    let transcript = try JSONTranscript(text, path: path)
    describe(FrontMatter(language: transcript.language).overridden(by: described))
    document.format = .json
    document.segments = transcript.segments
    document.warnings = transcript.warnings
    let roster = SpeakerRoster(described.speakers)
    for index in document.segments.indices {
      guard let name = document.segments[index].speaker else { continue }
      document.segments[index].speaker = roster.spelling(of: name) ?? name
    }
    document.speakers = unique(document.segments.compactMap(\.speaker) + described.speakers)
  }

  mutating func read(page text: [UInt8]) throws(DocumentError) {
    let page = try HTMLPage.read(text, path: path)
    let head = FrontMatter(
      title: page.title, show: page.siteName, date: page.date, language: page.language
    ).overridden(by: described)
    describe(head)
    document.format = .html
    // Headings are nobody's words in a transcript, and names that stand out are only speakers in one.
    let survey = LineSurvey(Lines(page.text(withHeadings: false) { _ in true }.bytes))
    let (names, roster) = survey.speakers(frontMatter: head.speakers)
    let isTranscript = survey.lineFormat(hasSpeakers: !names.isEmpty) != .plainText
    let converted = page.text(withHeadings: !isTranscript) { name in
      isTranscript && (names.contains(name) || roster.spelling(of: name) != nil)
    }
    read(converted, survey, head)
  }

  mutating func read(pdf file: PDFFile) {
    let head = FrontMatter(title: file.title, date: file.date).overridden(by: described)
    describe(head)
    document.format = .pdf
    read(file.text, LineSurvey(Lines(file.text.bytes)), head)
  }

  /// Lines that were made from a page, in which no mark is Markdown's.
  private mutating func read(
    _ text: ConvertedText, _ survey: LineSurvey, _ frontMatter: FrontMatter
  ) {
    let hasSpeakers = !survey.speakers(frontMatter: frontMatter.speakers).names.isEmpty
    var parser = TranscriptParser(
      survey: survey, format: survey.lineFormat(hasSpeakers: hasSpeakers), isMarkdown: false,
      frontMatter: frontMatter)
    parser.parse(Lines(text.bytes))
    take(parser, frontMatter)
    for index in document.segments.indices {
      document.segments[index].line = text.lineNumber(of: document.segments[index].line)
    }
    for index in document.warnings.indices {
      document.warnings[index].line = text.lineNumber(of: document.warnings[index].line)
    }
  }

  private mutating func describe(_ head: FrontMatter) {
    document.title = head.title ?? source.title
    document.show = head.show
    document.date = head.date ?? source.date
    document.language = head.language
  }

  private mutating func take(_ parser: TranscriptParser, _ frontMatter: FrontMatter) {
    document.segments = parser.segments
    document.warnings = parser.warnings
    document.speakers = unique(
      parser.segments.compactMap(\.speaker) + frontMatter.speakers.map(parser.spelling(of:)))
  }

  private func isSubtitles(_ survey: LineSurvey) -> Bool {
    if survey.hasWebVTTSignature || source.isSubRip || source.isWebVTT { return true }
    return survey.cueArrows > 0 && survey.cueArrows * 8 >= survey.nonBlank
  }

  private mutating func readSubtitles(
    _ lines: Lines, _ survey: LineSurvey, _ frontMatter: FrontMatter
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

  private func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
