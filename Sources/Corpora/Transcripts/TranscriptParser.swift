import Foundation

/// Reads the formats that are lines of text: timestamped, labelled, Markdown and plain text.
///
/// A segment begins at a time, at a speaker's label and after a blank line.
struct TranscriptParser {
  private let format: Document.Format
  private let isMarkdown: Bool
  private let linesAreParagraphs: Bool
  private let acceptsBareTimes: Bool
  private let names: Set<String>
  private var roster: SpeakerRoster

  private(set) var segments: [Document.Segment] = []
  private(set) var warnings: [Document.Warning] = []
  private(set) var firstHeading: String?

  private var speaker: String?
  private var pendingStart: TimeInterval?
  private var pendingEnd: TimeInterval?
  private var current: Document.Segment?
  private var text: [UInt8] = []
  private var fence: UInt8?

  init(survey: LineSurvey, format: Document.Format, isMarkdown: Bool, frontMatter: FrontMatter) {
    self.format = format
    self.isMarkdown = isMarkdown || format == .markdown
    linesAreParagraphs = survey.hasParagraphLines
    acceptsBareTimes = !survey.timesAreBracketed
    (names, roster) = survey.speakers(frontMatter: frontMatter.speakers)
  }

  /// The spelling that is used for a speaker whom the front matter names.
  func spelling(of name: String) -> String { roster.spelling(of: name) ?? name }

  private var isTranscript: Bool { format != .markdown && format != .plainText }

  mutating func parse(_ lines: Lines) {
    for line in lines { read(line) }
    flush()
  }

  private mutating func read(_ line: Lines.Line) {
    var content = line.bytes.trimmed
    if isMarkdown, isFenceMark(content) {
      flush()
      fence = fence == nil ? content.first : nil
      return
    }
    if content.isEmpty { return flush() }
    if fence != nil { return append(content, line.number) }
    if isTranscript {
      if let rest = takeLead(content) {
        content = rest
        if content.isEmpty { return }
      } else if format == .timestamped, isUnfinishedTime(content) {
        warn(line.number, "an unfinished time was passed over; expected [hh:mm:ss] and text")
        return
      }
    }
    if isMarkdown {
      guard let block = MarkdownBlock(content) else { return flush() }
      if block.beginsParagraph { flush() }
      if case .heading = block.kind {
        readHeading(block, line.number)
        return
      }
      content = block.content
    }
    if format == .timestamped { content = readTurns(inside: content, line.number) }
    append(content, line.number)
    if linesAreParagraphs { flush() }
  }

  private mutating func readHeading(_ block: MarkdownBlock, _ number: Int) {
    if firstHeading == nil { firstHeading = MarkdownInline.text(block.content).withSingleSpaces }
    // In a transcript a heading is the editor's, and nobody says it.
    guard !isTranscript else { return }
    append(block.content, number)
    flush()
  }

  /// Takes the time and the label at the beginning of a line.
  ///
  /// - Returns: What follows them, or nil when the line has neither.
  private mutating func takeLead(_ content: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    if let header = SpeakerLabel.header(content), !header.isPause,
      format == .speakerHeaders || roster.spelling(of: header.name) != nil
    {
      flush()
      speak(header)
      return header.rest
    }
    var rest = content
    var isLed = false
    if let lead = Timestamp.lead(of: content), lead.isBracketed || acceptsBareTimes {
      flush()
      (pendingStart, pendingEnd) = (lead.start, lead.end)
      rest = lead.rest
      isLed = true
    }
    guard let label = SpeakerLabel.leading(rest) else { return isLed ? rest : nil }
    if label.isPause {
      flush()
      return label.rest
    }
    guard isSpeaker(label) else { return isLed ? rest : nil }
    flush()
    speak(label)
    return label.rest
  }

  private func isSpeaker(_ label: SpeakerLabel) -> Bool {
    names.contains(label.name) || roster.spelling(of: label.name) != nil
  }

  private mutating func speak(_ label: SpeakerLabel) {
    roster.add(label.name, alias: label.alias)
    speaker = roster.spelling(of: label.name) ?? label.name
    if let time = label.time { (pendingStart, pendingEnd) = (time, nil) }
  }

  /// Speakers can also change inside a timestamped line: `... why? **Name:** Because ...`.
  private mutating func readTurns(
    inside content: ArraySlice<UInt8>, _ number: Int
  ) -> ArraySlice<UInt8> {
    var rest = content
    var from = rest.startIndex
    while let mark = rest.position(of: "**", from: from) {
      guard let label = SpeakerLabel.bold(rest[mark...]), isSpeaker(label) else {
        from = mark + 2
        continue
      }
      append(rest[..<mark], number)
      let (start, end) = (current?.start ?? pendingStart, current?.end ?? pendingEnd)
      flush()
      (pendingStart, pendingEnd) = (start, end)
      speak(label)
      rest = label.rest
      from = rest.startIndex
    }
    return rest
  }

  /// Whether the text is `[01:`, the beginning of a time that was cut off.
  private func isUnfinishedTime(_ content: ArraySlice<UInt8>) -> Bool {
    guard content.first == UInt8(ascii: "["), content.count <= 9 else { return false }
    return content.dropFirst().allSatisfy { $0.isDigit || $0 == UInt8(ascii: ":") }
  }

  /// Whether the line begins a code block, or ends the one that is open.
  private func isFenceMark(_ content: ArraySlice<UInt8>) -> Bool {
    (content.hasPrefix("```") || content.hasPrefix("~~~"))
      && (fence == nil || fence == content.first)
  }

  private mutating func append(_ content: ArraySlice<UInt8>, _ number: Int) {
    guard !content.isEmpty else { return }
    if current == nil {
      current = Document.Segment(
        speaker: speaker, start: pendingStart, end: pendingEnd, text: "", line: number)
      (pendingStart, pendingEnd) = (nil, nil)
    } else {
      text.append(0x20)
    }
    text.append(contentsOf: content)
  }

  private mutating func flush() {
    guard var segment = current else { return }
    current = nil
    let isCode = fence != nil
    segment.text =
      (isMarkdown && !isCode ? MarkdownInline.text(text[...]) : text).withSingleSpaces
    text.removeAll(keepingCapacity: true)
    if !segment.text.isEmpty { segments.append(segment) }
  }

  private mutating func warn(_ line: Int, _ message: String) {
    if warnings.count < 100 { warnings.append(.init(line: line, message: message)) }
  }
}
