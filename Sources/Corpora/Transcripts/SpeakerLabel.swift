import Foundation

/// A speaker's name where a line begins: `**Name:**`, `Name:`, `[Name]:`, `Name: 00:01:02`.
struct SpeakerLabel {
  var name: String
  /// The short form in `Adam Jonas (AJ): ...`, used by later labels.
  var alias: String?
  /// A time inside the label or right behind it.
  var time: TimeInterval?
  var isBold = false
  /// What follows the label.
  var rest: ArraySlice<UInt8>

  private static let longestName = 60

  private static let pauses: Set<String> = [
    "break", "jingle", "music", "ad break", "sponsor break",
  ]

  /// Whether it marks something that nobody says.
  var isPause: Bool { SpeakerLabel.pauses.contains(name.lowercased()) }

  /// Words before a colon that are not names.
  private static let nonNames: Set<String> = [
    "note", "notes", "warning", "example", "slides", "topic", "location", "date", "video", "audio",
    "source", "title", "link", "links", "url", "summary", "tip", "important", "podcast", "agenda",
    "name", "chapter", "transcript", "episode", "see", "step", "figure", "table",
  ]

  /// Lowercase words inside names.
  private static let particles: Set<String> = [
    "van", "von", "der", "den", "de", "del", "della", "da", "das", "di", "do", "dos", "du", "la",
    "le", "al", "el", "bin", "bint", "ibn", "ben", "y", "e", "ter", "ten", "zu", "af", "av", "of",
    "the",
  ]

  /// The label at the beginning of a line or behind its time.
  static func leading(_ bytes: ArraySlice<UInt8>) -> SpeakerLabel? {
    let line = bytes.trimmed
    guard let first = line.first else { return nil }
    if line.hasPrefix("**") || line.hasPrefix("__") { return bold(line, mark: first) }
    let name: ArraySlice<UInt8>
    let colon: Int
    if first == UInt8(ascii: "[") {
      guard
        let close = line.position(
          of: UInt8(ascii: "]"), from: line.startIndex, within: longestName),
        close + 1 < line.endIndex, line[close + 1] == UInt8(ascii: ":")
      else { return nil }
      name = line[(line.startIndex + 1)..<close]
      colon = close + 1
    } else {
      guard
        let found = line.position(of: UInt8(ascii: ":"), from: line.startIndex, within: longestName)
      else { return nil }
      name = line[..<found]
      colon = found
    }
    guard colon + 1 == line.endIndex || line[colon + 1].isSpace else {
      return withInnerTime(line)
    }
    guard var label = SpeakerLabel(name, rest: line[(colon + 1)...].trimmed) else { return nil }
    guard isPlausible(label.name), !label.rest.hasPrefix("http"), !label.rest.hasPrefix("<http")
    else { return nil }
    label.takeTime()
    return label
  }

  /// A line that is only a name and a time, with any decoration: `**Name** (00:01:02)`.
  ///
  /// - Returns: A label whose `rest` is empty.
  static func header(_ bytes: ArraySlice<UInt8>) -> SpeakerLabel? {
    let line = bytes.trimmed
    guard line.count <= 2 * longestName, line.first?.isDigit == false else { return nil }
    guard line.suffix(4).contains(where: \.isDigit) else { return nil }
    var bare = line.filter { !"*_[]()\\".utf8.contains($0) }[...].trimmed
    while bare.last == UInt8(ascii: ":") { bare = bare.dropLast() }
    guard let last = bare.lastIndex(where: { $0.isSpace }) else { return nil }
    var index = last + 1
    guard let time = Timestamp.time(in: bare, at: &index), index == bare.endIndex else {
      return nil
    }
    var name = bare[..<last]
    if let colon = name.firstIndex(of: UInt8(ascii: ":")) {
      // `Name: it was [inaudible 00:35:48]` is a turn.
      guard !name[colon...].contains(where: \.isLetter) else { return nil }
      name = name[..<colon]
    }
    while let end = name.last, end.isSpace || end == UInt8(ascii: "-") || end == UInt8(ascii: "|") {
      name = name.dropLast()
    }
    guard var label = SpeakerLabel(name, rest: line[line.endIndex...]), isPlausible(label.name)
    else { return nil }
    label.time = time
    return label
  }

  /// `Name (00:01:02): text`, whose first colon is inside the time.
  private static func withInnerTime(_ line: ArraySlice<UInt8>) -> SpeakerLabel? {
    guard let open = line.firstIndex(where: { $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: "[") }),
      open > line.startIndex, open - line.startIndex <= longestName
    else { return nil }
    var index = open + 1
    guard let time = Timestamp.time(in: line, at: &index), index + 1 < line.endIndex,
      line[index] == UInt8(ascii: ")") || line[index] == UInt8(ascii: "]"),
      line[index + 1] == UInt8(ascii: ":"),
      var label = SpeakerLabel(line[..<open], rest: line[(index + 2)...].trimmed),
      isPlausible(label.name)
    else { return nil }
    label.time = time
    return label
  }

  /// `**Name:** text` or `**Name**: text`.
  static func bold(_ line: ArraySlice<UInt8>, mark: UInt8 = 0x2A) -> SpeakerLabel? {
    let first = line.startIndex + 2
    guard var end = line.position(of: mark, from: first, within: longestName + 4),
      end + 1 < line.endIndex, line[end + 1] == mark
    else { return nil }
    var rest = end + 2
    if line[end - 1] == UInt8(ascii: ":") {
      end -= 1
    } else if rest < line.endIndex, line[rest] == UInt8(ascii: ":") {
      rest += 1
    } else {
      return nil
    }
    guard var label = SpeakerLabel(line[first..<max(first, end)], rest: line[rest...].trimmed),
      !nonNames.contains(label.name.lowercased())
    else { return nil }
    label.isBold = true
    label.takeTime()
    return label
  }

  private init?(_ bytes: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
    var name = bytes.trimmed
    if name.last == UInt8(ascii: ")"), let open = name.lastIndex(of: UInt8(ascii: "(")),
      open > name.startIndex
    {
      let inner = name[(open + 1)..<(name.endIndex - 1)]
      var index = inner.startIndex
      if let inside = Timestamp.time(in: inner, at: &index) {
        time = inside
      } else {
        alias = Array(inner).withSingleSpaces
      }
      name = name[..<open].trimmed
    }
    // `Jon Calhoun: Jon Calhoun:` is a slip of the pen.
    if let colon = name.firstIndex(of: UInt8(ascii: ":")) { name = name[..<colon] }
    self.name = Array(name).withSingleSpaces
    self.rest = rest
    guard !self.name.isEmpty, self.name.utf8.count <= SpeakerLabel.longestName else { return nil }
  }

  private mutating func takeTime() {
    guard let lead = Timestamp.lead(of: rest), lead.isBracketed || lead.rest.isEmpty else { return }
    time = lead.start
    rest = lead.rest
  }

  /// Whether an unmarked word before a colon or a time reads like a name.
  static func isPlausible(_ name: String) -> Bool {
    guard !name.isEmpty, name.utf8.count <= longestName,
      !nonNames.contains(name.lowercased())
    else { return false }
    guard !name.utf8.contains(where: { ",;?!\"<>/=|(){}[]`*#@\\".utf8.contains($0) }) else {
      return false
    }
    let words = name.split(separator: " ")
    guard words.count <= 5, let first = words.first?.unicodeScalars.first,
      first.properties.isUppercase || (!first.isASCII && first.properties.isAlphabetic),
      let last = words.last
    else { return false }
    // A sentence that ends in a time or a colon has lowercase words; a name has only particles.
    return words.allSatisfy { word in
      guard let initial = word.unicodeScalars.first else { return false }
      return !initial.properties.isLowercase
        || (word != last && particles.contains(String(word)))
    }
  }
}
