/// A text as Python counts it, in code points, that remembers which of them were quoted.
///
/// Quoted is what people and tools said, as opposed to what a template writes. The mark is a bit beside
/// the code point, so that it comes through whatever a template does with the text: trimming, cutting,
/// joining, JSON. No comparison sees it: a template treats quoted words like its own.
struct Text: Sendable {
  /// Code points, each with ``quoteMark`` or without.
  var points: [UInt32]

  static let quoteMark: UInt32 = 1 << 31
  private static let pointMask: UInt32 = 0x1F_FFFF

  init(points: some Sequence<UInt32> = []) { self.points = Array(points) }

  init(_ string: String, isQuoted: Bool = false) {
    let mark = isQuoted ? Self.quoteMark : 0
    points = string.unicodeScalars.map { $0.value | mark }
  }

  var count: Int { points.count }
  var isEmpty: Bool { points.isEmpty }

  var string: String {
    var scalars = String.UnicodeScalarView()
    for point in points { scalars.append(Self.scalar(point)) }
    return String(scalars)
  }

  /// The code point without its mark.
  static func plain(_ point: UInt32) -> UInt32 { point & pointMask }

  static func scalar(_ point: UInt32) -> Unicode.Scalar {
    Unicode.Scalar(point & pointMask) ?? "\u{FFFD}"
  }

  /// Text with the mark that `point` has.
  static func marked(_ string: String, like point: UInt32) -> [UInt32] {
    string.unicodeScalars.map { $0.value | (point & quoteMark) }
  }

  static func isSpace(_ point: UInt32) -> Bool {
    switch plain(point) {
    case 9...13, 0x1C...0x20, 0x85, 0xA0: true
    case 0...0x7F: false
    default: scalar(point).properties.isWhitespace
    }
  }

  /// Where `other` begins at `start` or after it.
  func firstIndex(of other: Text, from start: Int = 0) -> Int? {
    guard start >= 0, start + other.count <= count else { return nil }
    return (start...(count - other.count)).first { hasText(other, at: $0) }
  }

  /// Where the last `other` begins that ends at `end` or before it.
  func lastIndex(of other: Text, before end: Int) -> Int? {
    guard other.count <= min(end, count) else { return nil }
    return (0...(min(end, count) - other.count)).last { hasText(other, at: $0) }
  }

  func hasText(_ other: Text, at start: Int) -> Bool {
    guard start >= 0, start + other.count <= count else { return false }
    for offset in other.points.indices
    where Self.plain(points[start + offset]) != Self.plain(other.points[offset]) {
      return false
    }
    return true
  }

  func hasPrefix(_ other: Text) -> Bool { hasText(other, at: 0) }
  func hasSuffix(_ other: Text) -> Bool { hasText(other, at: count - other.count) }

  subscript(range: Range<Int>) -> Text { Text(points: points[range]) }

  static func + (left: Text, right: Text) -> Text { Text(points: left.points + right.points) }
  static func += (left: inout Text, right: Text) { left.points += right.points }
}

extension Text: Hashable {
  static func == (left: Text, right: Text) -> Bool {
    left.count == right.count && left.hasPrefix(right)
  }

  func hash(into hasher: inout Hasher) {
    for point in points { hasher.combine(Self.plain(point)) }
  }
}

extension Text: Comparable {
  static func < (left: Text, right: Text) -> Bool {
    left.points.lazy.map(plain).lexicographicallyPrecedes(right.points.lazy.map(plain))
  }
}

extension Text: ExpressibleByStringLiteral {
  init(stringLiteral string: String) { self.init(string) }
}
