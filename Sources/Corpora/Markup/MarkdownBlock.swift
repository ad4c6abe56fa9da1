/// What the beginning of a Markdown line says about it.
struct MarkdownBlock {
  enum Kind {
    case text, heading, item, row
  }

  var kind = Kind.text
  /// The line without its marks.
  var content: ArraySlice<UInt8>
  var beginsParagraph: Bool { kind != .text }

  /// Nil for a line that carries no text: a rule, an underline, a link's definition, an address.
  init?(_ line: ArraySlice<UInt8>) {
    content = line.trimmed
    while content.first == UInt8(ascii: ">") { content = content.dropFirst().trimmed }
    guard let first = content.first, !MarkdownBlock.isRule(content),
      !MarkdownBlock.isDefinition(content), !MarkdownBlock.isAddress(content)
    else { return nil }
    switch first {
    case UInt8(ascii: "#"):
      let text = content.drop { $0 == UInt8(ascii: "#") }
      guard content.count - text.count <= 6, text.first?.isSpace ?? true else { return }
      kind = .heading
      content = text.trimmed
      while content.last == UInt8(ascii: "#") { content = content.dropLast() }
      content = content.trimmed
    case UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "+"):
      guard content.count > 1, content[content.startIndex + 1].isSpace else { return }
      kind = .item
      content = content.dropFirst().trimmed
    case UInt8(ascii: "|"):
      kind = .row
      content = MarkdownBlock.cells(content)
    case _ where first.isDigit:
      // A number keeps its sense in the text; it only begins a paragraph.
      let rest = content.drop { $0.isDigit }
      guard content.count - rest.count <= 3, rest.count > 1, rest.first == UInt8(ascii: "."),
        rest[rest.startIndex + 1].isSpace
      else { return }
      kind = .item
    default:
      return
    }
    if content.isEmpty { return nil }
  }

  /// `---`, `* * *`, `===`, or the line below a table's head.
  private static func isRule(_ line: ArraySlice<UInt8>) -> Bool {
    guard let first = line.first, "-*_=|:".utf8.contains(first) else { return false }
    let marks = line.filter { !$0.isSpace }
    if first == UInt8(ascii: "|") || first == UInt8(ascii: ":") {
      return marks.count > 2 && marks.allSatisfy { "|-:".utf8.contains($0) }
    }
    return marks.count >= 3 && marks.allSatisfy { $0 == first }
  }

  /// `[name]: address`
  private static func isDefinition(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.first == UInt8(ascii: "["),
      let close = line.position(of: "]: ", from: line.startIndex, within: 200)
    else { return false }
    return isAddress(line[(close + 2)...].trimmed)
  }

  /// `<https://...>` or `https://...` and nothing else.
  private static func isAddress(_ line: ArraySlice<UInt8>) -> Bool {
    let inner =
      line.first == UInt8(ascii: "<") && line.last == UInt8(ascii: ">")
      ? line.dropFirst().dropLast() : line
    return (inner.hasPrefix("http://") || inner.hasPrefix("https://"))
      && !inner.contains(where: \.isSpace)
  }

  /// `| a | b |` as `a, b`.
  private static func cells(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var joined: [UInt8] = []
    for cell in line.split(separator: UInt8(ascii: "|")) {
      let text = cell.trimmed
      if text.isEmpty { continue }
      if !joined.isEmpty { joined += [UInt8(ascii: ","), UInt8(ascii: " ")] }
      joined += text
    }
    return joined[...]
  }
}
