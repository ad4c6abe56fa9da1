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
    guard tags.contains(tagName(bytes[index...])) else { return nil }
    return bytes.position(of: UInt8(ascii: ">"), from: index, within: 2_000).map { $0 + 1 }
  }

  /// Whether the tag stands between words, as a line break does.
  static func breaksText(_ tag: ArraySlice<UInt8>) -> Bool { !inlineTags.contains(tagName(tag)) }

  private static func tagName(_ tag: ArraySlice<UInt8>) -> String {
    var name = tag.dropFirst().prefix(12)
    if name.first == UInt8(ascii: "/") { name = name.dropFirst() }
    return name.prefix { $0.isAlphanumeric }.string.lowercased()
  }
}
