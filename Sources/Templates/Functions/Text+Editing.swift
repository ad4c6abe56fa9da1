extension Text {
  static func spaces(_ count: Int) -> Text {
    Text(points: repeatElement(0x20, count: max(count, 0)))
  }

  /// The text without white space, or without the characters of `characters`, at its ends.
  func trimmed(
    of characters: Text? = nil, atStart: Bool = true, atEnd: Bool = true
  ) -> Text {
    let set = characters.map { Set($0.points.map(Text.plain)) }
    func goes(_ point: UInt32) -> Bool { set?.contains(Text.plain(point)) ?? Text.isSpace(point) }
    var (start, end) = (0, count)
    while atStart, start < end, goes(points[start]) { start += 1 }
    while atEnd, end > start, goes(points[end - 1]) { end -= 1 }
    return self[start..<end]
  }

  func replacing(
    _ old: Text, with new: Text, atMost limit: Int?, _ interpreter: Interpreter
  ) throws -> Text {
    try interpreter.spendOnSearch(self, old)
    var left = limit ?? -1
    var text = Text()
    var index = 0
    while index <= count {
      if left != 0, hasText(old, at: index) {
        text += new
        left -= 1
        index += old.count
        // Nothing is found before every character, and at the end.
        if old.isEmpty {
          if index < count { text.points.append(points[index]) }
          index += 1
        }
      } else {
        if index < count { text.points.append(points[index]) }
        index += 1
      }
      try interpreter.checkLength(text.count, new: 1)
    }
    return text
  }

  /// What stands between runs of white space, the rest after `limit` cuts as it is.
  func words(atMost limit: Int?) -> [Text] {
    var words: [Text] = []
    var index = 0
    while true {
      while index < count, Text.isSpace(points[index]) { index += 1 }
      guard index < count else { return words }
      if let limit, limit >= 0, words.count == limit { return words + [self[index..<count]] }
      let start = index
      while index < count, !Text.isSpace(points[index]) { index += 1 }
      words.append(self[start..<index])
    }
  }

  /// As ``words(atMost:)``, with the cuts counted from the end.
  func wordsFromEnd(atMost limit: Int) -> [Text] {
    var words: [Text] = []
    var end = count
    while true {
      while end > 0, Text.isSpace(points[end - 1]) { end -= 1 }
      guard end > 0 else { break }
      if limit >= 0, words.count == limit {
        words.append(self[0..<end])
        break
      }
      let stop = end
      while end > 0, !Text.isSpace(points[end - 1]) { end -= 1 }
      words.append(self[end..<stop])
    }
    return words.reversed()
  }

  /// What stands between separators; of many, the first `limit` or, from the end, the last count.
  func parts(separatedBy separator: Text, atMost limit: Int?, fromEnd: Bool = false) -> [Text] {
    var places: [Int] = []
    let most = limit.flatMap { $0 < 0 ? nil : $0 } ?? .max
    if fromEnd {
      var end = count
      while places.count < most, let place = lastIndex(of: separator, before: end) {
        places.append(place)
        end = place
      }
      places.reverse()
    } else {
      var start = 0
      while places.count < most, let place = firstIndex(of: separator, from: start) {
        places.append(place)
        start = place + separator.count
      }
    }
    let starts = [0] + places.map { $0 + separator.count }
    return zip(starts, places + [count]).map { self[$0..<$1] }
  }

  /// The lines, at every break that Python knows; a break at the end opens no line.
  func lines(keepingBreaks: Bool = false) -> [Text] {
    var lines: [Text] = []
    var (start, index) = (0, 0)
    while index < count {
      let value = Text.plain(points[index])
      let isBreak =
        (0x0A...0x0D).contains(value) || (0x1C...0x1E).contains(value)
        || [0x85, 0x2028, 0x2029].contains(value)
      guard isBreak else {
        index += 1
        continue
      }
      let end = index
      index += value == 0x0D && index + 1 < count && Text.plain(points[index + 1]) == 0x0A ? 2 : 1
      lines.append(self[start..<(keepingBreaks ? index : end)])
      start = index
    }
    if start < count { lines.append(self[start..<count]) }
    return lines
  }
}
