/// The YAML block at the head of a Markdown file: the few keys that describe a transcript.
struct FrontMatter {
  var title: String?
  var show: String?
  var date: CalendarDate?
  var language: String?
  var speakers: [String] = []
  /// Where the text behind the block begins.
  private(set) var bodyOffset = 0
  private(set) var bodyLine = 1
  var isPresent: Bool { bodyOffset > 0 }

  /// A block ends within this many lines; without an end `---` is only a rule.
  private static let longestBlock = 400

  /// What is said about a document elsewhere than in it.
  init(
    title: String? = nil, show: String? = nil, date: CalendarDate? = nil, language: String? = nil,
    speakers: [String] = []
  ) {
    (self.title, self.show, self.date) = (title, show, date)
    (self.language, self.speakers) = (language, speakers)
  }

  /// The same, where `other` says nothing else.
  func overridden(by other: FrontMatter) -> FrontMatter {
    var both = self
    both.title = other.title ?? title
    both.show = other.show ?? show
    both.date = other.date ?? date
    both.language = other.language ?? language
    both.speakers = other.speakers + speakers.filter { !other.speakers.contains($0) }
    return both
  }

  init(_ bytes: [UInt8]) {
    var values: [(key: String, values: [String])] = []
    var isClosed = false
    var offset = 0
    for line in Lines(bytes) {
      if line.number > FrontMatter.longestBlock { return }
      offset += line.bytes.count + 1
      let content = line.bytes.trimmed
      if line.number == 1 {
        guard content.elementsEqual("---".utf8) else { return }
        continue
      }
      if content.elementsEqual("---".utf8) || content.elementsEqual("...".utf8) {
        isClosed = true
        bodyOffset = min(offset, bytes.count)
        bodyLine = line.number + 1
        break
      }
      FrontMatter.collect(content, isIndented: line.bytes.first?.isSpace == true, into: &values)
    }
    guard isClosed else { return }
    for (key, values) in values { take(key, values.filter { !$0.isEmpty }) }
  }

  private mutating func take(_ key: String, _ values: [String]) {
    guard let first = values.first else { return }
    switch key {
    case "title": title = title ?? first
    case "show", "podcast", "series": show = show ?? first
    case "date", "published", "recorded": date = date ?? CalendarDate(firstIn: first)
    case "language", "lang": language = language ?? first
    case "speakers", "speaker", "hosts", "host", "guests", "guest":
      for name in values where !speakers.contains(name) { speakers.append(name) }
    default: break
    }
  }

  private static func collect(
    _ content: ArraySlice<UInt8>, isIndented: Bool,
    into values: inout [(key: String, values: [String])]
  ) {
    if content.hasPrefix("- ") {
      guard !values.isEmpty else { return }
      values[values.count - 1].values.append(scalar(content.dropFirst(2)))
      return
    }
    guard !isIndented, let colon = content.firstIndex(of: UInt8(ascii: ":")) else { return }
    let key = content[..<colon].trimmed.string.lowercased()
    let value = content[(colon + 1)...].trimmed
    if value.first == UInt8(ascii: "["), value.last == UInt8(ascii: "]") {
      values.append((key, items(value.dropFirst().dropLast())))
    } else {
      values.append((key, value.isEmpty ? [] : [scalar(value)]))
    }
  }

  /// The items of `['a', "b", c]`; a comma inside quotes does not separate.
  private static func items(_ list: ArraySlice<UInt8>) -> [String] {
    var items: [String] = []
    var quote: UInt8?
    var first = list.startIndex
    for index in list.indices {
      let byte = list[index]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        if list[first..<index].trimmed.isEmpty { quote = byte }
      } else if byte == UInt8(ascii: ",") {
        items.append(scalar(list[first..<index]))
        first = index + 1
      }
    }
    items.append(scalar(list[first...]))
    return items
  }

  private static func scalar(_ bytes: ArraySlice<UInt8>) -> String {
    let value = bytes.trimmed
    if value.count >= 2, let quote = value.first, quote == value.last,
      quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    {
      let inner = value.dropFirst().dropLast()
      var kept: [UInt8] = []
      var isEscaped = false
      for byte in inner {
        let escapes = quote == UInt8(ascii: "'") ? byte == quote : byte == UInt8(ascii: "\\")
        if escapes, !isEscaped {
          isEscaped = true
          continue
        }
        isEscaped = false
        kept.append(byte)
      }
      return kept.withSingleSpaces
    }
    let comment = value.position(of: " #", from: value.startIndex) ?? value.endIndex
    return Array(value[..<comment]).withSingleSpaces
  }
}
