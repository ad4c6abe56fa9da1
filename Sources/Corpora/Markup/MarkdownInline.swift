/// Reduces the marks inside a Markdown paragraph to the text that a reader sees.
struct MarkdownInline {
  /// A run of `*`, `_` or `~` in the output that may open or close emphasis.
  private struct Run {
    var mark: UInt8
    var range: Range<Int>
  }

  private let bytes: ArraySlice<UInt8>
  private var index: Int
  private var output: [UInt8] = []
  /// Positions in `output` of marks that turned out to be markup.
  private var marks: [Range<Int>] = []
  private var openRuns: [Run] = []
  private var openBrackets: [Int] = []
  private var unclosedBrackets = 0
  /// Comments that open before this place do not close.
  private var uncommented = 0

  /// How far apart the two ends of a link, a tag or code may lie; bounds the work per byte.
  private static let reach = 2_000
  /// A paragraph with more addresses that do not end is not Markdown.
  private static let mostUnclosed = 1_000
  /// How many marks may be open at once; the earliest is then taken as text.
  private static let deepest = 16

  /// The text of `bytes`: links by their label, images by their description, code as written.
  static func text(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    guard bytes.contains(where: { special[Int($0)] }) else { return Array(bytes) }
    var inline = MarkdownInline(bytes)
    inline.scan()
    return inline.withoutMarks()
  }

  private init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    index = bytes.startIndex
    output.reserveCapacity(bytes.count)
  }

  private mutating func scan() {
    while index < bytes.endIndex {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\\") where index + 1 < bytes.endIndex && bytes[index + 1].isPunctuation:
        output.append(bytes[index + 1])
        index += 2
      case UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "~"): takeRun(byte)
      case UInt8(ascii: "`"): takeCode()
      case UInt8(ascii: "["): takeOpenBracket()
      case UInt8(ascii: "]"): takeCloseBracket()
      case UInt8(ascii: "<"): takeAngle()
      case UInt8(ascii: "&"):
        if let (text, end) = HTMLText.entity(in: bytes, at: index) {
          output += text
          index = end
        } else {
          copy()
        }
      default: copyPlain()
      }
    }
  }

  private static let special: [Bool] = (0..<256).map { "\\*_~[]`<&".utf8.contains(UInt8($0)) }

  /// Copies up to the next byte that may be markup.
  private mutating func copyPlain() {
    let first = index
    repeat { index += 1 } while index < bytes.endIndex && !MarkdownInline.special[Int(bytes[index])]
    output += bytes[first..<index]
  }

  private mutating func copy() {
    output.append(bytes[index])
    index += 1
  }

  private mutating func takeRun(_ mark: UInt8) {
    let first = index
    while index < bytes.endIndex, bytes[index] == mark { index += 1 }
    let before = first > bytes.startIndex ? bytes[first - 1] : 0x20
    let after = index < bytes.endIndex ? bytes[index] : 0x20
    var canOpen = !after.isSpace
    var canClose = !before.isSpace
    if mark == UInt8(ascii: "_") {
      // Inside a word, as in `snake_case`, an underscore is a letter.
      canOpen = canOpen && !before.isAlphanumeric && before < 0x80
      canClose = canClose && !after.isAlphanumeric && after < 0x80
    }
    let range = output.count..<(output.count + index - first)
    output.append(contentsOf: repeatElement(mark, count: range.count))
    if mark == UInt8(ascii: "~"), range.count != 2 { return }
    if canClose,
      let opener = openRuns.indices.last(where: {
        openRuns[$0].mark == mark && openRuns[$0].range.count == range.count
          && openRuns[$0].range.upperBound < range.lowerBound
      })
    {
      marks += [openRuns[opener].range, range]
      openRuns.removeSubrange(opener...)
    } else if canOpen {
      if openRuns.count == MarkdownInline.deepest { openRuns.removeFirst() }
      openRuns.append(Run(mark: mark, range: range))
    }
  }

  private mutating func takeCode() {
    let first = index
    while index < bytes.endIndex, bytes[index] == UInt8(ascii: "`") { index += 1 }
    let length = index - first
    var from = index
    let limit = min(bytes.endIndex, index + MarkdownInline.reach)
    while let found = bytes.position(of: UInt8(ascii: "`"), from: from, within: limit - from) {
      var end = found
      while end < bytes.endIndex, bytes[end] == UInt8(ascii: "`") { end += 1 }
      if end - found == length {
        output += bytes[index..<found].trimmed
        index = end
        return
      }
      from = end
      if from >= limit { break }
    }
    output += bytes[first..<index]
  }

  private mutating func takeOpenBracket() {
    if index + 1 < bytes.endIndex, bytes[index + 1] == UInt8(ascii: "^"),
      let close = bytes.position(of: UInt8(ascii: "]"), from: index, within: 50)
    {
      // A footnote's number.
      index = close + 1
      return
    }
    if openBrackets.count == MarkdownInline.deepest { openBrackets.removeFirst() }
    openBrackets.append(output.count)
    copy()
  }

  private mutating func takeCloseBracket() {
    guard let opening = openBrackets.popLast() else { return copy() }
    let next = index + 1
    guard next < bytes.endIndex,
      bytes[next] == UInt8(ascii: "(") || bytes[next] == UInt8(ascii: "["),
      let end = closing(of: next)
    else { return copy() }
    let isImage = opening > 0 && output[opening - 1] == UInt8(ascii: "!")
    marks.append((isImage ? opening - 1 : opening)..<(opening + 1))
    index = end + 1
  }

  /// The bracket that closes the one at `open`, counting those between.
  private mutating func closing(of open: Int) -> Int? {
    guard unclosedBrackets < MarkdownInline.mostUnclosed else { return nil }
    let (opening, closing) =
      bytes[open] == UInt8(ascii: "(")
      ? (UInt8(ascii: "("), UInt8(ascii: ")")) : (UInt8(ascii: "["), UInt8(ascii: "]"))
    var depth = 0
    for position in open..<min(bytes.endIndex, open + MarkdownInline.reach) {
      if bytes[position] == opening { depth += 1 }
      if bytes[position] == closing {
        depth -= 1
        if depth == 0 { return position }
      }
    }
    unclosedBrackets += 1
    return nil
  }

  private mutating func takeAngle() {
    let rest = bytes[index...]
    if rest.hasPrefix("<!--") {
      guard index >= uncommented,
        let end = bytes.position(of: "-->", from: index, within: MarkdownInline.reach)
      else {
        // Up to there no comment closes: those that open before need not be searched for again.
        uncommented = max(uncommented, index + MarkdownInline.reach - 4)
        return copy()
      }
      index = end + 3
    } else if rest.hasPrefix("<http") || rest.hasPrefix("<mailto:"),
      let end = bytes.position(of: UInt8(ascii: ">"), from: index, within: MarkdownInline.reach)
    {
      output += bytes[(index + 1)..<end]
      index = end + 1
    } else if let end = HTMLText.tagEnd(in: bytes, at: index) {
      if HTMLText.breaksText(bytes[index..<end]) { output.append(0x20) }
      index = end
    } else {
      copy()
    }
  }

  private func withoutMarks() -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(output.count)
    var kept = 0
    for mark in marks.sorted(by: { $0.lowerBound < $1.lowerBound }) where mark.lowerBound >= kept {
      text += output[kept..<mark.lowerBound]
      kept = mark.upperBound
    }
    return text + output[kept...]
  }
}
