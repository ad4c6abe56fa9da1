/// Cuts a template's source into tokens, with white space around tags taken off as published templates
/// expect it: Jinja's `trim_blocks` and `lstrip_blocks` are on, `-` and `+` in a tag say otherwise.
struct Lexer {
  let source: [Unicode.Scalar]
  var index = 0
  var tokens: [Token] = []
  /// The closing brackets that are still to come in the tag.
  var brackets: [Unicode.Scalar] = []
  /// Whether what was read last ended a line.
  private var isAtLineStart = true
  private var lineStarts: [Int] = [0]

  init(_ source: String) {
    var scalars: [Unicode.Scalar] = []
    var isAfterReturn = false
    for scalar in source.unicodeScalars {
      if scalar == "\r" || !(scalar == "\n" && isAfterReturn) {
        scalars.append(scalar == "\r" ? "\n" : scalar)
      }
      isAfterReturn = scalar == "\r"
    }
    // The line break at the end of a file is not meant.
    if scalars.last == "\n" { scalars.removeLast() }
    self.source = scalars
    for (index, scalar) in scalars.enumerated() where scalar == "\n" {
      lineStarts.append(index + 1)
    }
  }

  static func tokens(of source: String) throws -> [Token] {
    var lexer = Lexer(source)
    while try lexer.readText() {}
    lexer.append(.end, at: lexer.source.count)
    return lexer.tokens
  }

  func position(_ index: Int) -> TemplatePosition {
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= index { low = middle } else { high = middle }
    }
    return TemplatePosition(line: low + 1, column: index - lineStarts[low] + 1)
  }

  func error(_ problem: String, at index: Int) -> TemplateError {
    .syntax(position(index), problem: problem)
  }

  mutating func append(_ kind: Token.Kind, at index: Int) {
    tokens.append(Token(kind: kind, position: position(index)))
  }

  func has(_ text: String, at index: Int) -> Bool {
    var index = index
    for scalar in text.unicodeScalars {
      guard index < source.count, source[index] == scalar else { return false }
      index += 1
    }
    return true
  }

  func isSpace(_ index: Int) -> Bool { index < source.count && Text.isSpace(source[index].value) }

  /// Reads text up to the next tag and the tag; false at the end.
  private mutating func readText() throws -> Bool {
    let start = index
    while index < source.count, !isTagStart(index) { index += 1 }
    guard index < source.count else {
      append(source[start...], at: start)
      return false
    }
    let tag = index
    index += 2
    let sign = takeSign()
    append(source[start..<textEnd(from: start, to: tag, sign, source[tag + 1])], at: start)
    switch source[tag + 1] {
    case "#": try skipComment(from: tag)
    case "{":
      append(.variableBegin, at: tag)
      try readTag(from: tag, isVariable: true)
    default:
      if isRaw() {
        try readRaw(from: tag)
      } else {
        append(.blockBegin, at: tag)
        try readTag(from: tag, isVariable: false)
      }
    }
    isAtLineStart = source[index - 1] == "\n"
    return true
  }

  private func isTagStart(_ index: Int) -> Bool {
    guard source[index] == "{", index + 1 < source.count else { return false }
    return ["{", "%", "#"].contains(source[index + 1])
  }

  private mutating func takeSign() -> Unicode.Scalar? {
    guard index < source.count, source[index] == "-" || source[index] == "+" else { return nil }
    index += 1
    return source[index - 1]
  }

  /// Where the text before a tag ends when its white space is taken off.
  private func textEnd(
    from start: Int, to tag: Int, _ sign: Unicode.Scalar?, _ kind: Unicode.Scalar
  ) -> Int {
    var end = tag
    if sign == "-" {
      while end > start, isSpace(end - 1) { end -= 1 }
    } else if sign == nil, kind != "{" {
      while end > start, source[end - 1] != "\n", isSpace(end - 1) { end -= 1 }
      // Only what stands before a tag alone on its line goes.
      let isLine = end > start ? source[end - 1] == "\n" : isAtLineStart
      if !isLine { end = tag }
    }
    return end
  }

  private mutating func append(_ text: ArraySlice<Unicode.Scalar>, at start: Int) {
    guard !text.isEmpty else { return }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text)
    append(.data(String(view)), at: start)
  }

  /// Takes a block's or comment's end and the line break after it, or all white space after `-`.
  mutating func takeEnd(_ end: String, trimsLine: Bool = true) -> Bool {
    if has("-" + end, at: index) {
      index += 1 + end.unicodeScalars.count
      while isSpace(index) { index += 1 }
    } else if trimsLine, has("+" + end, at: index) {
      index += 1 + end.unicodeScalars.count
    } else if has(end, at: index) {
      index += end.unicodeScalars.count
      if trimsLine, index < source.count, source[index] == "\n" { index += 1 }
    } else {
      return false
    }
    return true
  }

  private mutating func skipComment(from start: Int) throws {
    while index < source.count {
      if takeEnd("#}") { return }
      index += 1
    }
    throw error("the comment does not end", at: start)
  }

  private func isRaw() -> Bool {
    var index = index
    while isSpace(index) { index += 1 }
    guard has("raw", at: index) else { return false }
    index += 3
    while isSpace(index) { index += 1 }
    return has("%}", at: index) || has("-%}", at: index)
  }

  /// Reads what stands between `raw` and `endraw` as text.
  private mutating func readRaw(from tag: Int) throws {
    while !has("%}", at: index), !has("-%}", at: index) { index += 1 }
    let strips = has("-%}", at: index)
    index += strips ? 3 : 2
    while strips, isSpace(index) { index += 1 }
    isAtLineStart = source[index - 1] == "\n"
    let start = index
    while index < source.count {
      let end = index
      if has("{%", at: index) {
        index += 2
        let sign = takeSign()
        while isSpace(index) { index += 1 }
        if has("endraw", at: index) {
          index += 6
          while isSpace(index) { index += 1 }
          if takeEnd("%}") {
            append(source[start..<textEnd(from: start, to: end, sign, "%")], at: start)
            return
          }
        }
      }
      index = end + 1
    }
    throw error("the raw block does not end", at: tag)
  }
}
