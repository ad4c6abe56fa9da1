/// Finds where sentences begin and end in English and similar prose.
public enum SentenceSplitter {
  /// The sentences of `text` as UTF-8 ranges, without the white space between them.
  public static func sentences(in text: String) -> [Range<Int>] {
    sentences(in: Array(text.utf8)[...])
  }

  /// Words whose full stop does not end a sentence, because a name or a number follows.
  private static let titles: Set<String> = [
    "mr", "mrs", "ms", "dr", "prof", "st", "gen", "col", "sgt", "capt", "lt", "rev", "hon", "gov",
    "sen", "rep", "pres", "mt", "ft", "fig", "eq", "no", "nos", "vol", "ch", "sec", "pp", "p",
    "vs", "cf", "ca", "approx", "e.g", "i.e", "messrs", "mme", "mlle", "jan", "feb", "mar", "apr",
    "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "al",
  ]

  static func sentences(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var first = bytes.startIndex
    func close(at end: Int) {
      let sentence = bytes[first..<end].trimmed
      if !sentence.isEmpty { ranges.append(sentence.startIndex..<sentence.endIndex) }
      first = end
    }
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      if byte == 0x0A {
        if endsParagraph(bytes, index) { close(at: index) }
        index += 1
        continue
      }
      let length = terminatorLength(bytes, index)
      guard length > 0 else {
        index += 1
        continue
      }
      let stop = index
      index += length
      while index < bytes.endIndex, terminatorLength(bytes, index) > 0 {
        index += terminatorLength(bytes, index)
      }
      let isSingleStop = byte == UInt8(ascii: ".") && index == stop + 1
      // Chinese and Japanese sentences end without a space.
      let needsSpace = byte < 0x80 || length < 3 || byte == 0xE2
      index = skipClosers(bytes, index)
      if needsSpace {
        guard index == bytes.endIndex || bytes[index].isSpace else { continue }
        if isSingleStop, isAbbreviation(bytes[first..<stop]) { continue }
        guard beginsSentence(bytes, index) else { continue }
      }
      close(at: index)
    }
    close(at: bytes.endIndex)
    return ranges
  }

  /// The number of bytes of `.`, `!`, `?`, `…`, `。`, `！` or `？` at `index`; 0 for anything else.
  private static func terminatorLength(_ bytes: ArraySlice<UInt8>, _ index: Int) -> Int {
    switch bytes[index] {
    case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"): return 1
    case 0xE2, 0xE3, 0xEF:
      let rest = bytes[index...]
      return rest.hasPrefix("…") || rest.hasPrefix("。") || rest.hasPrefix("！")
        || rest.hasPrefix("？") ? 3 : 0
    default: return 0
    }
  }

  private static func endsParagraph(_ bytes: ArraySlice<UInt8>, _ index: Int) -> Bool {
    var next = index + 1
    while next < bytes.endIndex, bytes[next].isSpace {
      if bytes[next] == 0x0A { return true }
      next += 1
    }
    return false
  }

  /// Closing quotes and brackets belong to the sentence they close.
  private static func skipClosers(_ bytes: ArraySlice<UInt8>, _ start: Int) -> Int {
    var index = start
    while index < bytes.endIndex {
      if "\"')]".utf8.contains(bytes[index]) {
        index += 1
      } else if bytes[index...].hasPrefix("”") || bytes[index...].hasPrefix("’") {
        index += 3
      } else if bytes[index...].hasPrefix("»") {
        index += 2
      } else {
        break
      }
    }
    return index
  }

  /// Whether the word that ends in a full stop is an abbreviation or an initial.
  private static func isAbbreviation(_ sentence: ArraySlice<UInt8>) -> Bool {
    let word = sentence.suffix(12)
    let start = word.lastIndex { $0.isSpace || $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: "\"") }
    let last = word[(start.map { $0 + 1 } ?? word.startIndex)...]
    if last.count == 1, let letter = last.first, letter.isUppercase {
      // "So do I." ends a sentence; "J. Smith" does not.
      return letter != UInt8(ascii: "I")
    }
    // "U.S. policy": letters each with a stop. A time of day may end a sentence.
    let letters = last.filter { $0 != UInt8(ascii: ".") }
    if letters.count > 1, letters.allSatisfy(\.isUppercase), last.count == 2 * letters.count - 1 {
      return true
    }
    return titles.contains(last.string.lowercased())
  }

  /// Whether the next word could begin a sentence: it does not begin in lower case.
  private static func beginsSentence(_ bytes: ArraySlice<UInt8>, _ start: Int) -> Bool {
    let next = bytes[start...].drop { $0.isSpace }
    guard let first = next.first else { return true }
    if first < 0x80 { return !first.isLowercase && !",;:-".utf8.contains(first) }
    guard let scalar = next.prefix(4).string.unicodeScalars.first else { return true }
    return !scalar.properties.isLowercase
  }
}
