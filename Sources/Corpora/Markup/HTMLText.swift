/// The HTML that occurs in Markdown and in subtitles: tags that are removed, entities decoded.
enum HTMLText {
  private static let tags: Set<String> = [
    "a", "abbr", "audio", "b", "big", "blockquote", "br", "center", "cite", "code", "dd", "del",
    "details", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "i", "iframe", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s",
    "samp", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "video",
  ]
  private static let inlineTags: Set<String> = [
    "a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "q",
    "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var",
  ]
  private static let entities: [String: String] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "hellip": "…",
    "mdash": "—", "ndash": "–", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "lrm": "",
    "rlm": "", "deg": "°", "times": "×", "copy": "©", "eacute": "é", "shy": "",
  ]

  /// The text of the entity that begins at `index` with `&`, and the position behind it.
  static func entity(in bytes: ArraySlice<UInt8>, at index: Int) -> (text: [UInt8], end: Int)? {
    guard let end = bytes.position(of: UInt8(ascii: ";"), from: index, within: 12) else {
      return nil
    }
    let name = bytes[(index + 1)..<end]
    if name.first == UInt8(ascii: "#") {
      let isHexadecimal = name.dropFirst().first.map { $0 | 0x20 == UInt8(ascii: "x") } ?? false
      let digits = name.dropFirst(isHexadecimal ? 2 : 1).string
      guard let value = UInt32(digits, radix: isHexadecimal ? 16 : 10),
        let scalar = Unicode.Scalar(value), value >= 0x20
      else { return nil }
      return (Array(String(Character(scalar)).utf8), end + 1)
    }
    guard let text = entities[name.string] else { return nil }
    return (Array(text.utf8), end + 1)
  }

  /// The position behind the HTML tag that begins at `index` with `<`.
  static func tagEnd(in bytes: ArraySlice<UInt8>, at index: Int) -> Int? {
    let name = tagName(bytes[index...])
    guard tags.contains(name),
      let end = bytes.position(of: UInt8(ascii: ">"), from: index, within: 2_000)
    else { return nil }
    let isClosing = bytes.dropFirst(index - bytes.startIndex + 1).first == UInt8(ascii: "/")
    return holdsAttributes(bytes[(index + 1 + (isClosing ? 1 : 0) + name.utf8.count)..<end])
      ? end + 1 : nil
  }

  /// Whether nothing but attributes (`name`, `name=value`) stands behind a tag's name: what else begins with `<`
  /// and a letter, as in `p <q when x`, is prose.
  private static func holdsAttributes(_ rest: ArraySlice<UInt8>) -> Bool {
    var index = rest.startIndex
    func skip(while isPart: (UInt8) -> Bool) {
      while index < rest.endIndex, isPart(rest[index]) { index += 1 }
    }
    var words = 0
    while true {
      let space = index
      skip { $0.isSpace || $0 == UInt8(ascii: "/") }
      guard index < rest.endIndex else { return true }
      let start = index
      guard start > space else { return false }
      skip {
        $0.isAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ":")
          || $0 == UInt8(ascii: "_")
      }
      guard index > start else { return false }
      guard index < rest.endIndex, rest[index] == UInt8(ascii: "=") else {
        // Words without a value are rare in tags and common in prose.
        words += 1
        if words > 2 { return false }
        continue
      }
      index += 1
      guard index < rest.endIndex else { return false }
      let quote = rest[index]
      if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
        index += 1
        skip { $0 != quote }
        guard index < rest.endIndex else { return false }
        index += 1
      } else {
        skip { !$0.isSpace }
      }
    }
  }

  /// Whether the tag stands between words, as a line break does.
  static func breaksText(_ tag: ArraySlice<UInt8>) -> Bool { !inlineTags.contains(tagName(tag)) }

  private static func tagName(_ tag: ArraySlice<UInt8>) -> String {
    var name = tag.dropFirst().prefix(12)
    if name.first == UInt8(ascii: "/") { name = name.dropFirst() }
    return name.prefix { $0.isAlphanumeric }.string.lowercased()
  }
}
