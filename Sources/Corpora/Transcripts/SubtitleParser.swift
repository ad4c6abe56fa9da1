import Foundation

/// Reads SubRip and WebVTT cues; a broken cue is passed over with a warning.
struct SubtitleParser {
  private struct Cue {
    var start: TimeInterval
    var end: TimeInterval?
    var line: Int
    var text: [ArraySlice<UInt8>] = []
  }

  private enum State {
    /// Between cues; `identifier` is the line of text that may name the next cue.
    case between(identifier: Int?)
    /// Inside a note, a style sheet or a broken cue, up to the next blank line.
    case skipping
    /// Inside `cue`, which is not the state's own: appending to it would copy its lines every time.
    case inCue
  }

  static let expectedTiming = "a time range such as '00:01:02,500 --> 00:01:05,000'"

  private let isWebVTT: Bool
  private var state = State.between(identifier: nil)
  private var cue = Cue(start: 0, line: 0)
  private var cues: [Cue] = []
  private(set) var warnings: [Document.Warning] = []
  private(set) var segments: [Document.Segment] = []
  /// Where the first broken time range stands.
  private(set) var firstBrokenLine: Int?

  init(isWebVTT: Bool) { self.isWebVTT = isWebVTT }

  var hasCues: Bool { !cues.isEmpty }

  mutating func parse(_ lines: Lines, knownSpeakers: [String] = []) {
    for line in lines { read(line) }
    switch state {
    case .inCue: cues.append(cue)
    case .between(let identifier?): warnStray(identifier)
    case .between, .skipping: break
    }
    var survey = CueSurvey()
    for cue in cues { survey.count(cue.text) }
    var voices = CueVoices(survey: survey, isWebVTT: isWebVTT, knownSpeakers: knownSpeakers)
    for cue in cues {
      for turn in voices.turns(in: cue.text) {
        segments.append(
          Document.Segment(
            speaker: turn.speaker, start: cue.start, end: cue.end, text: turn.text,
            line: cue.line))
      }
    }
  }

  private mutating func read(_ line: Lines.Line) {
    let content = line.bytes.trimmed
    switch state {
    case .skipping:
      if content.isEmpty {
        state = .between(identifier: nil)
      } else if let next = openedCue(content, line.number) {
        begin(next)
      }
    case .between(let identifier):
      if content.isEmpty {
        if let identifier { warnStray(identifier) }
        state = .between(identifier: nil)
      } else {
        open(content, line.number, identifier)
      }
    case .inCue:
      if content.isEmpty {
        cues.append(cue)
        state = .between(identifier: nil)
      } else if content.contains("-->"), let next = openedCue(content, line.number) {
        // The blank line between two cues is missing; a number before the time is the next one's.
        if cue.text.last?.allSatisfy(\.isDigit) == true { cue.text.removeLast() }
        cues.append(cue)
        begin(next)
      } else {
        cue.text.append(content)
      }
    }
  }

  private mutating func begin(_ next: Cue) {
    cue = next
    state = .inCue
  }

  private mutating func open(
    _ content: ArraySlice<UInt8>, _ number: Int, _ identifier: Int?
  ) {
    if let next = openedCue(content, number) {
      begin(next)
    } else if isWebVTT, isBlockToSkip(content) {
      state = .skipping
    } else if content.contains("-->") {
      firstBrokenLine = firstBrokenLine ?? number
      warn(number, "expected \(SubtitleParser.expectedTiming); the cue was passed over")
      state = .skipping
    } else {
      if let identifier { warnStray(identifier) }
      state = .between(identifier: content.allSatisfy(\.isDigit) || isWebVTT ? nil : number)
    }
  }

  private func isBlockToSkip(_ content: ArraySlice<UInt8>) -> Bool {
    LineSurvey.isWebVTTSignature(content)
      || ["NOTE", "STYLE", "REGION"].contains { keyword in
        content.elementsEqual(keyword.utf8) || content.starts(with: Array((keyword + " ").utf8))
      }
  }

  /// The cue whose time range this line is, or nil when it is none.
  private mutating func openedCue(_ content: ArraySlice<UInt8>, _ number: Int) -> Cue? {
    guard content.first?.isDigit == true else { return nil }
    var index = content.startIndex
    guard let start = Timestamp.time(in: content, at: &index) else { return nil }
    let arrow = content[index...].trimmed
    guard arrow.hasPrefix("-->") else { return nil }
    let rest = arrow.dropFirst(3).trimmed
    index = rest.startIndex
    guard let end = Timestamp.time(in: rest, at: &index) else { return nil }
    if end < start {
      warn(number, "the cue ends before it starts; its end was passed over")
    }
    return Cue(start: start, end: end < start ? nil : end, line: number)
  }

  private mutating func warnStray(_ number: Int) {
    warn(number, "text outside a cue was passed over; expected \(SubtitleParser.expectedTiming)")
  }

  private mutating func warn(_ line: Int, _ message: String) {
    if warnings.count < 100 { warnings.append(.init(line: line, message: message)) }
  }
}
