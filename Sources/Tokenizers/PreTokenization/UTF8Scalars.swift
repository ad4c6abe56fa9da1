/// Reads single code points out of valid UTF-8.
///
/// Where the bytes are not valid after all, what is read is U+FFFD of one byte.
enum UTF8Scalars {
  typealias Element = (scalar: Unicode.Scalar, length: Int)

  private static let invalid: Element = ("\u{FFFD}", 1)

  /// The code point that a text which is not empty starts with, and its length in bytes.
  @inline(__always)
  static func first<Text: RandomAccessCollection<UInt8>>(in text: Text) -> Element
  where Text.Index == Int {
    let start = text.startIndex
    let lead = text[start]
    if lead < 0x80 { return (Unicode.Scalar(lead), 1) }
    let length = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1
    guard length > 1, start + length <= text.endIndex else { return invalid }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for index in (start + 1)..<(start + length) {
      guard text[index] & 0xC0 == 0x80 else { return invalid }
      value = value << 6 | UInt32(text[index] & 0x3F)
    }
    return Unicode.Scalar(value).map { ($0, length) } ?? invalid
  }

  /// The code point that a text which is not empty ends with, and its length in bytes.
  static func last<Text: RandomAccessCollection<UInt8>>(in text: Text) -> Element
  where
    Text.Index == Int, Text.SubSequence: RandomAccessCollection<UInt8>,
    Text.SubSequence.Index == Int
  {
    var start = text.endIndex - 1
    while start > text.startIndex, text.endIndex - start < 4, text[start] & 0xC0 == 0x80 {
      start -= 1
    }
    let found = first(in: text[start...])
    return start + found.length == text.endIndex ? found : invalid
  }

  /// Calls the body with each code point and its place.
  @inline(__always)
  static func forEach<Text: RandomAccessCollection<UInt8>>(
    in text: Text, _ body: (Unicode.Scalar, Range<Int>) -> Void
  ) where Text.Index == Int, Text.SubSequence.Index == Int {
    var index = text.startIndex
    while index < text.endIndex {
      let (scalar, length) = first(in: text[index...])
      body(scalar, index..<(index + length))
      index += length
    }
  }
}

extension [UInt8] {
  /// Adds a code point's UTF-8.
  mutating func append(_ scalar: Unicode.Scalar) {
    if scalar.isASCII {
      append(UInt8(scalar.value))
    } else {
      append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }
}
