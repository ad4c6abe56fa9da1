/// Decodes ids one at a time and gives out text only in whole characters.
///
/// The texts given out, with the one from `finish`, join to what `decode` gives for all ids.
public struct StreamingDecoder: Sendable {
  private var decoder: any TokenDecoder
  private var pending: [UInt8] = []

  /// Starts a text, or goes on with one, in which a leading space is part of the text.
  public init(_ tokenizer: any Tokenizer, continuingText: Bool = false) {
    decoder = tokenizer.makeDecoder(continuingText: continuingText)
  }

  /// Takes one id and returns the text that is complete with it, often one word, sometimes none.
  public mutating func append(_ id: Int32) -> String {
    decoder.append(id, to: &pending)
    let complete = pending.count - Self.incompleteSuffixLength(of: pending)
    guard complete > 0 else { return "" }
    let text = String(decoding: pending[..<complete], as: UTF8.self)
    pending.removeFirst(complete)
    return text
  }

  /// Returns what is left, an unfinished character as U+FFFD, and starts over within the text.
  public mutating func finish() -> String {
    defer { pending.removeAll() }
    decoder.finish(to: &pending)
    return String(decoding: pending, as: UTF8.self)
  }

  /// The length of the unfinished UTF-8 sequence at the end, 0 to 3.
  ///
  /// A leading byte never continues an earlier sequence, so that cutting before it is safe even
  /// when what follows it turns out to be invalid.
  private static func incompleteSuffixLength(of bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let byte = bytes[bytes.count - length]
      if byte & 0b1100_0000 == 0b1000_0000 { continue }
      let needed =
        switch byte {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
      return needed > length ? length : 0
    }
    return 0
  }
}
