/// Which names stand before a colon in the cues, and whether the captions roll.
struct CueSurvey {
  private var lines = 0
  private var names = NameCounts()
  /// Captions that roll carry a time per word and repeat the line above.
  fileprivate private(set) var isRolling = false

  /// Names that recur, or all of them where two lines of three have one.
  var speakers: Set<String> {
    let recurring = names.recurring
    if names.total * 3 >= lines * 2 { return names.all }
    return recurring.total * 20 >= lines ? recurring.all : []
  }

  mutating func count(_ text: [ArraySlice<UInt8>]) {
    for line in text {
      lines += 1
      if let label = SpeakerLabel.leading(CueVoices.withoutDash(line)) {
        names.count(label.name)
      }
      var from = line.startIndex
      while !isRolling, let open = line.position(of: UInt8(ascii: "<"), from: from) {
        var index = open + 1
        isRolling = Timestamp.time(in: line, at: &index) != nil
        from = open + 1
      }
    }
  }
}

/// Turns the lines of cues into text and tells who speaks it.
struct CueVoices {
  private let isWebVTT: Bool
  private let isRolling: Bool
  private var roster: SpeakerRoster
  private var speaker: String?
  private var previousLines: [String] = []

  init(survey: CueSurvey, isWebVTT: Bool, knownSpeakers: [String]) {
    self.isWebVTT = isWebVTT
    isRolling = survey.isRolling
    roster = SpeakerRoster(knownSpeakers)
    for name in survey.speakers.sorted() { roster.add(name) }
  }

  /// The turns in a cue's lines: at every `<v Name>` and every label of a known name.
  mutating func turns(in lines: [ArraySlice<UInt8>]) -> [(speaker: String?, text: String)] {
    var turns: [(speaker: String?, text: [UInt8])] = []
    var shown: [String] = []
    for line in lines {
      var parts = voices(in: line)
      if isRolling {
        let text = parts.flatMap(\.text).withSingleSpaces
        shown.append(text)
        if previousLines.contains(text) { continue }
      }
      for index in parts.indices {
        if parts[index].speaker == nil, let label = SpeakerLabel.leading(parts[index].text[...]),
          let name = roster.spelling(of: label.name)
        {
          speaker = name
          parts[index].text = Array(label.rest)
          turns.append((name, parts[index].text))
        } else if let last = turns.indices.last, parts[index].continues(turns[last].speaker) {
          turns[last].text += [0x20] + parts[index].text
        } else {
          turns.append((parts[index].speaker ?? speaker, parts[index].text))
        }
      }
    }
    if isRolling { previousLines = shown }
    return turns.map { ($0.speaker, $0.text.withSingleSpaces) }.filter { !$0.1.isEmpty }
  }

  private struct Voice {
    var speaker: String?
    var text: [UInt8] = []

    func continues(_ previous: String?) -> Bool { speaker == nil || speaker == previous }
  }

  /// The line without tags and with entities decoded, cut at its voice tags.
  private func voices(in line: ArraySlice<UInt8>) -> [Voice] {
    let bytes = CueVoices.withoutDash(line)
    var voices = [Voice()]
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      if byte == UInt8(ascii: "<"), let end = tagEnd(bytes, index) {
        if let name = voiceName(bytes[index..<end]) { voices.append(Voice(speaker: name)) }
        index = end
      } else if byte == UInt8(ascii: "{"), bytes[index...].hasPrefix("{\\"),
        let end = bytes.position(of: UInt8(ascii: "}"), from: index, within: 200)
      {
        // A position or style for the player, as in `{\an8}`.
        index = end + 1
      } else if byte == UInt8(ascii: "&"), let (text, end) = HTMLText.entity(in: bytes, at: index) {
        voices[voices.count - 1].text += text
        index = end
      } else {
        voices[voices.count - 1].text.append(byte)
        index += 1
      }
    }
    let spoken = voices.filter { !$0.text[...].trimmed.isEmpty }
    return spoken.map {
      Voice(speaker: $0.speaker, text: Array(CueVoices.withoutDash($0.text[...])))
    }
  }

  private func tagEnd(_ bytes: ArraySlice<UInt8>, _ index: Int) -> Int? {
    guard isWebVTT else { return HTMLText.tagEnd(in: bytes, at: index) }
    let next = index + 1 < bytes.endIndex ? bytes[index + 1] : 0x20
    guard next.isAlphanumeric || next == UInt8(ascii: "/") else { return nil }
    return bytes.position(of: UInt8(ascii: ">"), from: index, within: 2_000).map { $0 + 1 }
  }

  /// The name in `<v Name>` or `<v.class Name>`.
  private func voiceName(_ tag: ArraySlice<UInt8>) -> String? {
    guard isWebVTT, tag.hasPrefix("<v ") || tag.hasPrefix("<v."),
      let space = tag.firstIndex(where: \.isSpace)
    else { return nil }
    var name: [UInt8] = []
    let inner = tag[space...].dropLast()
    var index = inner.startIndex
    while index < inner.endIndex {
      if inner[index] == UInt8(ascii: "&"), let (text, end) = HTMLText.entity(in: inner, at: index)
      {
        name += text
        index = end
      } else {
        name.append(inner[index])
        index += 1
      }
    }
    let spelled = name.withSingleSpaces
    return spelled.isEmpty ? nil : spelled
  }

  /// Without the `- ` or `>> ` that marks a change of speaker.
  fileprivate static func withoutDash(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var content = line.trimmed
    if content.hasPrefix(">>") { content = content.drop { $0 == UInt8(ascii: ">") }.trimmed }
    if content.hasPrefix("- ") { content = content.dropFirst(2).trimmed }
    return content
  }
}
