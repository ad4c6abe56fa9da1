/// SentencePiece's map of character sequences to what they become (`precompiled_charsmap`).
///
/// A double-array trie of `UInt32` units, least significant byte first, whose size in bytes stands before it; behind
/// it the replacements, each ended by a zero byte. A unit holds a label in its low byte, the offset
/// to its children in bits 10 to 30 (times 256 where bit 9 is set) and in bit 8 whether a key ends
/// there; bit 31 marks the value of such a key, a place among the replacements.
/// Source: Aoe 1989; the layout of `darts-clone`, which SentencePiece writes.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let replacements: [UInt8]

  /// Why bytes are no map.
  struct Failure: Error {
    var problem: String
  }

  init(_ contents: some Collection<UInt8>) throws(Failure) {
    let contents = Array(contents)
    guard contents.count >= 4 else { throw Failure(problem: "a character map without a size") }
    let size = Int(Self.unit(contents, at: 0))
    guard size > 0, size % 4 == 0, size <= contents.count - 4 else {
      throw Failure(
        problem: "a character map's trie of \(size) bytes where \(contents.count - 4) are left")
    }
    units = stride(from: 4, to: 4 + size, by: 4).map { Self.unit(contents, at: $0) }
    replacements = Array(contents[(4 + size)...])
  }

  private static func unit(_ contents: [UInt8], at index: Int) -> UInt32 {
    UInt32(contents[index]) | UInt32(contents[index + 1]) << 8 | UInt32(contents[index + 2]) << 16
      | UInt32(contents[index + 3]) << 24
  }

  /// A key at the start of the text and what it becomes.
  struct Match {
    var length: Int
    var replacement: Range<Int>
  }

  /// The bytes of a match's replacement.
  func bytes(of match: Match) -> ArraySlice<UInt8> { replacements[match.replacement] }

  /// The shortest or the longest key that the text starts with.
  ///
  /// Units outside of the trie end the search, as keys do that place their text outside: each step
  /// takes a byte of the text, so that no trie can keep the search going.
  func match(
    in text: UnsafeBufferPointer<UInt8>, from start: Int, isLongest: Bool
  ) -> Match? {
    var found: Match?
    var node = Int(units[0] >> 10) << (Int(units[0] & 0x200) >> 6)
    var index = start
    while index < text.count, text[index] != 0 {
      node ^= Int(text[index])
      guard node < units.count else { break }
      let unit = units[node]
      guard unit & 0x8000_00FF == UInt32(text[index]) else { break }
      node ^= Int(unit >> 10) << (Int(unit & 0x200) >> 6)
      index += 1
      guard unit & 0x100 != 0 else { continue }
      guard node < units.count else { break }
      if let range = replacement(at: Int(units[node] & 0x7FFF_FFFF)) {
        found = Match(length: index - start, replacement: range)
        if !isLongest { break }
      }
    }
    return found
  }

  /// Those of real maps have some dozens of bytes; broken ones should not make text endless.
  private static let longestReplacement = 1024

  private func replacement(at start: Int) -> Range<Int>? {
    guard start < replacements.count else { return nil }
    let limit = min(replacements.count, start + Self.longestReplacement)
    guard let end = replacements[start..<limit].firstIndex(of: 0) else { return nil }
    return start..<end
  }
}

extension CharacterMap {
  /// Normalises as Hugging Face's `Precompiled` does, which differs from SentencePiece.
  ///
  /// Of a short grapheme cluster, and else of each character, the shortest key at its start
  /// decides, and what it becomes replaces the whole.
  func normalizeByGraphemes(_ text: inout NormalizedText) {
    var result: [UInt8] = []
    result.reserveCapacity(text.bytes.count)
    var startsAtOrigin = text.isAtOrigin
    func replace(_ part: Substring.UTF8View) -> Bool {
      var part = Substring(part)
      return part.withUTF8 { buffer in
        guard let match = match(in: buffer, from: 0, isLongest: false) else { return false }
        let bytes = bytes(of: match)
        if result.isEmpty, bytes.isEmpty { startsAtOrigin = false }
        // Broken maps may cut characters apart; text stays valid.
        result.append(contentsOf: String(decoding: bytes, as: UTF8.self).utf8)
        return true
      }
    }
    let string = String(decoding: text.bytes, as: UTF8.self)
    var start = string.startIndex
    while start < string.endIndex {
      let end = string.index(after: start)
      let grapheme = string[start..<end]
      if grapheme.utf8.count >= 6 || !replace(grapheme.utf8) {
        for index in grapheme.unicodeScalars.indices {
          let scalar = grapheme.unicodeScalars[index]
          let next = grapheme.unicodeScalars.index(after: index)
          if !replace(grapheme[index..<next].utf8) { result.append(scalar) }
        }
      }
      start = end
    }
    text.bytes = result
    text.isAtOrigin = startsAtOrigin
  }
}
