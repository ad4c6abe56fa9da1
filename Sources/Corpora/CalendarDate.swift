/// A day of the Gregorian calendar, written `2025-10-17`.
public struct CalendarDate: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let year: Int
  public let month: Int
  public let day: Int

  /// Nil when there is no such day, or when the year is not in 1...9999.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// The first `yyyy-mm-dd`, `yyyy_mm_dd`, `yyyy.mm.dd`, `yyyy/mm/dd` or `yyyymmdd` in `text`.
  public init?(firstIn text: String) {
    guard let found = CalendarDate.first(in: Array(text.utf8)) else { return nil }
    self = found.date
  }

  public var description: String {
    let digits = String(year * 10_000 + month * 100 + day)
    let padded = String(repeating: "0", count: 8 - digits.count) + digits
    return "\(padded.prefix(4))-\(padded.dropFirst(4).prefix(2))-\(padded.suffix(2))"
  }

  public static func < (a: CalendarDate, b: CalendarDate) -> Bool {
    (a.year, a.month, a.day) < (b.year, b.month, b.day)
  }

  /// The first date and the UTF-8 range it is written in; digits next to it rule it out.
  static func first(in bytes: [UInt8]) -> (date: CalendarDate, range: Range<Int>)? {
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end].isDigit { end += 1 }
      if end - start == 8, let date = date(bytes, start, start + 4, start + 6) {
        return (date, start..<end)
      }
      if end - start == 4, end + 6 <= bytes.count, "-_./".utf8.contains(bytes[end]),
        bytes[end + 3] == bytes[end], end + 6 == bytes.count || !bytes[end + 6].isDigit,
        let date = date(bytes, start, end + 1, end + 4)
      {
        return (date, start..<(end + 6))
      }
      start = max(end, start + 1)
    }
    return nil
  }

  private static func date(_ bytes: [UInt8], _ y: Int, _ m: Int, _ d: Int) -> CalendarDate? {
    func number(_ start: Int, _ count: Int) -> Int? {
      var value = 0
      for byte in bytes[start..<(start + count)] {
        guard byte.isDigit else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      return value
    }
    guard let year = number(y, 4), let month = number(m, 2), let day = number(d, 2) else {
      return nil
    }
    return CalendarDate(year: year, month: month, day: day)
  }
}

extension CalendarDate: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let date = CalendarDate(firstIn: text), date.description == text else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a date written yyyy-mm-dd, found '\(text)'")
    }
    self = date
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
