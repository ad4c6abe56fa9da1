/// What the lines of a document look like, counted once before they are read.
struct LineSurvey {
  private(set) var nonBlank = 0
  private(set) var blank = 0
  private(set) var textBytes = 0
  private(set) var sentenceEnds = 0
  private(set) var bracketedTimes = 0
  private(set) var bareTimes = 0
  private(set) var headers = 0
  private(set) var cueArrows = 0
  private(set) var markdownMarks = 0
  private(set) var hasWebVTTSignature = false
  private static let longestAlias = 6
  private var bold = NameCounts()
  private var plain = NameCounts()
  private var aliases: [(name: String, alias: String)] = []

  init(_ lines: Lines) {
    for line in lines {
      let content = line.bytes.trimmed
      guard let last = content.last else {
        blank += 1
        continue
      }
      if nonBlank == 0 { hasWebVTTSignature = LineSurvey.isWebVTTSignature(content) }
      nonBlank += 1
      textBytes += content.count
      if ".!?\"".utf8.contains(last) { sentenceEnds += 1 }
      count(content)
    }
  }

  static func isWebVTTSignature(_ line: ArraySlice<UInt8>) -> Bool {
    line.hasPrefix("WEBVTT") && (line.count == 6 || line[line.startIndex + 6].isSpace)
  }

  private mutating func count(_ content: ArraySlice<UInt8>) {
    if content.count <= 200, content.first?.isDigit == true || content.hasPrefix("-->"),
      content.contains("-->")
    {
      cueArrows += 1
    }
    if content.hasPrefix("#") || content.hasPrefix("```") || content.hasPrefix("![") {
      markdownMarks += 1
    }
    var rest = content
    if let lead = Timestamp.lead(of: content) {
      if lead.isBracketed { bracketedTimes += 1 } else { bareTimes += 1 }
      rest = lead.rest
    } else if let header = SpeakerLabel.header(content), !header.isPause {
      headers += 1
    }
    if rest.startIndex > content.startIndex { countTurns(inside: rest) }
    guard let label = SpeakerLabel.leading(rest) else { return }
    if label.isBold { bold.count(label.name) } else { plain.count(label.name) }
    if let alias = label.alias, alias.utf8.count <= LineSurvey.longestAlias, aliases.count < 100 {
      aliases.append((label.name, alias))
    }
  }

  /// Bold labels behind the beginning of a timed line.
  private mutating func countTurns(inside content: ArraySlice<UInt8>) {
    var from = content.startIndex + 1
    while let mark = content.position(of: "**", from: from) {
      if let label = SpeakerLabel.bold(content[mark...]) { bold.count(label.name) }
      from = mark + 2
    }
  }

  var hasBoldLabels: Bool { !bold.all.isEmpty }
  var timesAreBracketed: Bool { bareTimes * 4 < nonBlank }

  /// Whether line breaks end paragraphs, and do not only keep lines short.
  var hasParagraphLines: Bool {
    nonBlank > 0
      && (textBytes / nonBlank >= 100 || (blank == 0 && sentenceEnds * 10 >= nonBlank * 6))
  }

  /// The format of a document that has no cues.
  func format(isMarkdown: Bool, hasSpeakers: Bool) -> Document.Format {
    if bracketedTimes > 0, bracketedTimes * 4 >= nonBlank { return .timestamped }
    if bareTimes > 1, bareTimes * 4 >= nonBlank { return .timestamped }
    if headers > 1, headers * 50 >= nonBlank { return .speakerHeaders }
    if hasSpeakers { return .speakerLabels }
    return isMarkdown || markdownMarks > 1 ? .markdown : .plainText
  }

  /// The format of lines in which no mark is Markdown's.
  func lineFormat(hasSpeakers: Bool) -> Document.Format {
    let format = format(isMarkdown: false, hasSpeakers: hasSpeakers)
    return format == .markdown ? .plainText : format
  }

  /// The names in front of text, if the document is clearly a transcript; otherwise none.
  ///
  /// Timed lines make any bold label a speaker. Without times, labels have to stand on a
  /// twentieth of the lines, and plain ones have to be two names that recur; a name that occurs
  /// once counts only where two lines of three have one.
  func speakers(frontMatter: [String]) -> (names: Set<String>, roster: SpeakerRoster) {
    var roster = SpeakerRoster(frontMatter)
    for (name, alias) in aliases
    where plain.contains(alias) || bold.contains(alias)
      || alias == SpeakerRoster.initials(of: name)
    {
      roster.add(name, alias: alias)
    }
    var names: Set<String> = []
    let isTimed = (bracketedTimes + bareTimes) * 4 >= nonBlank
    if isTimed || (bold.total * 20 >= nonBlank && (bold.total > 1 || nonBlank < 3)) {
      names.formUnion(bold.all)
    }
    let recurring = plain.recurring { roster.spelling(of: $0) != nil }
    let voices = Set(recurring.all.map { (roster.spelling(of: $0) ?? $0).lowercased() })
    let isClear = isTimed ? plain.total > 1 : recurring.total > 3 && voices.count > 1
    if isClear, plain.total * 3 >= nonBlank * 2 {
      names.formUnion(plain.all)
    } else if isClear, recurring.total * 20 >= nonBlank {
      names.formUnion(recurring.all)
    }
    for name in names.sorted() { roster.add(name) }
    return (names, roster)
  }
}
