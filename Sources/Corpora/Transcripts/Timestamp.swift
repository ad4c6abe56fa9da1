import Foundation

/// Times as transcripts write them: `hh:mm:ss`, `mm:ss`, with or without a fraction of a second.
package enum Timestamp {
  /// The time written at `position`, which moves behind it.
  static func time(in bytes: ArraySlice<UInt8>, at position: inout Int) -> TimeInterval? {
    var index = position
    var fields: [Int] = []
    while fields.count < 3 {
      let first = index
      var value = 0
      while index < bytes.endIndex, bytes[index].isDigit, index - first < 4 {
        value = value * 10 + Int(bytes[index] - 0x30)
        index += 1
      }
      let digits = index - first
      guard fields.isEmpty ? (1...3).contains(digits) : digits == 2 else { return nil }
      if !fields.isEmpty, value > 59 { return nil }
      fields.append(value)
      guard fields.count < 3, index + 1 < bytes.endIndex, bytes[index] == UInt8(ascii: ":"),
        bytes[index + 1].isDigit
      else { break }
      index += 1
    }
    guard fields.count >= 2 else { return nil }
    if fields.count == 3, fields[1] > 59 { return nil }
    var seconds = Double(fields.reduce(0) { $0 * 60 + $1 })
    if index + 1 < bytes.endIndex,
      bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ","),
      bytes[index + 1].isDigit
    {
      var fraction = 0
      var scale = 1
      index += 1
      while index < bytes.endIndex, bytes[index].isDigit {
        if scale < 1_000_000 {
          fraction = fraction * 10 + Int(bytes[index] - 0x30)
          scale *= 10
        }
        index += 1
      }
      seconds += Double(fraction) / Double(scale)
    }
    if index < bytes.endIndex, bytes[index].isAlphanumeric || bytes[index] == UInt8(ascii: ":") {
      return nil
    }
    position = index
    return seconds
  }

  /// Hours, minutes and whole seconds, as `00:18:34`.
  package static func description(of time: TimeInterval) -> String {
    let seconds = time.isFinite ? Int(min(max(time, 0), 359_999_999)) : 0
    let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60]
    return parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }

  /// A time, or a time and an end, that stands before text.
  struct Lead {
    var start: TimeInterval
    var end: TimeInterval?
    var isBracketed: Bool
    /// What follows, without the space between.
    var rest: ArraySlice<UInt8>
  }

  /// The time at the beginning of a line, in brackets of any kind or none.
  static func lead(of bytes: ArraySlice<UInt8>) -> Lead? {
    let line = bytes.trimmed
    var index = line.startIndex
    let opening = skipOpening(line, &index)
    guard let start = time(in: line, at: &index) else { return nil }
    var end: TimeInterval?
    var afterRange = index
    if skipRangeSign(line, &afterRange), let time = time(in: line, at: &afterRange) {
      end = time
      index = afterRange
    }
    if opening != nil {
      guard skipClosing(line, &index) else { return nil }
      // `[00:01:02](address)`, a time that links to its place in a recording.
      if index < line.endIndex, line[index] == UInt8(ascii: "("),
        line[(index + 1)...].hasPrefix("http"),
        let close = line.position(of: UInt8(ascii: ")"), from: index, within: 2_000)
      {
        index = close + 1
      }
      var afterEnd = index
      if end == nil, skipRangeSign(line, &afterEnd), skipOpening(line, &afterEnd) != nil,
        let time = time(in: line, at: &afterEnd), skipClosing(line, &afterEnd)
      {
        end = time
        index = afterEnd
      }
    } else if index < line.endIndex, !line[index].isSpace {
      return nil
    }
    let rest = line[index...].trimmed
    return Lead(start: start, end: end, isBracketed: opening != nil, rest: rest)
  }

  private static func skipOpening(_ line: ArraySlice<UInt8>, _ index: inout Int) -> UInt8? {
    var next = index
    if next < line.endIndex, line[next] == UInt8(ascii: "\\") { next += 1 }
    guard next < line.endIndex, line[next] == UInt8(ascii: "[") || line[next] == UInt8(ascii: "(")
    else {
      return nil
    }
    index = next + 1
    return line[next]
  }

  private static func skipClosing(_ line: ArraySlice<UInt8>, _ index: inout Int) -> Bool {
    var next = index
    if next < line.endIndex, line[next] == UInt8(ascii: "\\") { next += 1 }
    guard next < line.endIndex, line[next] == UInt8(ascii: "]") || line[next] == UInt8(ascii: ")")
    else {
      return false
    }
    index = next + 1
    return true
  }

  /// Skips ` - `, ` – `, ` --> ` or ` to ` between two times.
  private static func skipRangeSign(_ line: ArraySlice<UInt8>, _ index: inout Int) -> Bool {
    var next = index
    while next < line.endIndex, line[next].isSpace { next += 1 }
    let rest = line[next...]
    if rest.hasPrefix("-->") || rest.hasPrefix("–") {
      next += 3
    } else if rest.hasPrefix("to ") {
      next += 2
    } else if rest.hasPrefix("-") {
      next += 1
    } else {
      return false
    }
    while next < line.endIndex, line[next].isSpace { next += 1 }
    index = next
    return true
  }
}
