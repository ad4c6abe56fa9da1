/// What `Split` and `Replace` search for.
enum TextPattern: Sendable {
  case text([UInt8])
  case expression(PieceSplitter)
  /// Each character of a class is a match of its own.
  case characters(CharacterClass)
  /// Runs of word characters, and runs of what is neither word nor space: `\w+|[^\w\s]+`.
  case wordsAndSigns

  /// Calls the body with the places of the matches in order; some may be empty.
  func forEachMatch(
    in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void
  ) {
    switch self {
    case .text(let pattern): Self.forEachOccurrence(of: pattern, in: text, body)
    case .expression(let expression): expression.forEachMatch(in: text, body)
    case .characters(let members):
      UTF8Scalars.forEach(in: text) { scalar, range in
        if members.contains(scalar) { body(range) }
      }
    case .wordsAndSigns: Self.forEachRun(in: text, body)
    }
  }

  private static func forEachOccurrence(
    of pattern: [UInt8], in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void
  ) {
    guard let first = pattern.first else {
      // Nothing is found everywhere.
      UTF8Scalars.forEach(in: text) { _, range in body(range.lowerBound..<range.lowerBound) }
      body(text.count..<text.count)
      return
    }
    var index = 0
    while index + pattern.count <= text.count {
      if text[index] == first, text[index...].starts(with: pattern) {
        body(index..<(index + pattern.count))
        index += pattern.count
      } else {
        index += 1
      }
    }
  }

  private enum Kind { case space, word, sign }

  private static func forEachRun(
    in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void
  ) {
    var run = (kind: Kind.space, start: 0)
    UTF8Scalars.forEach(in: text) { scalar, range in
      let kind: Kind =
        CharacterClass.word.contains(scalar)
        ? .word : CharacterClass.whiteSpace.contains(scalar) ? .space : .sign
      guard kind != run.kind else { return }
      if run.kind != .space { body(run.start..<range.lowerBound) }
      run = (kind, range.lowerBound)
    }
    if run.kind != .space, run.start < text.count { body(run.start..<text.count) }
  }

  /// The text with every match replaced.
  ///
  /// - Parameter sizeLimit: what the text may grow to; matches behind it stay as they are, so that
  ///   steps in a row that double a text end.
  func replacing(
    in text: [UInt8], by content: [UInt8], sizeLimit: Int? = nil
  ) -> [UInt8] {
    let sizeLimit = sizeLimit ?? text.count + Self.growthLimit
    var result: [UInt8] = []
    var end = 0
    var hasMatch = false
    text.withUnsafeBufferPointer { buffer in
      forEachMatch(in: buffer) { match in
        if !hasMatch { result.reserveCapacity(buffer.count + buffer.count / 2) }
        hasMatch = true
        let isWithinLimit =
          content.count <= match.count
          || result.count + (buffer.count - end) + content.count <= sizeLimit
        guard isWithinLimit else { return }
        result.append(contentsOf: buffer[end..<match.lowerBound])
        result.append(contentsOf: content)
        end = match.upperBound
      }
      if hasMatch { result.append(contentsOf: buffer[end...]) }
    }
    return hasMatch ? result : text
  }

  private static let growthLimit = 1 << 22
}
