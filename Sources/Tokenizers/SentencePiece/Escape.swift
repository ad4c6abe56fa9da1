/// SentencePiece's visible sign for a space.
enum Escape {
  static let character = Array("▁".utf8)

  /// The text with every `▁` replaced by a space.
  static func spaces(in text: some RandomAccessCollection<UInt8>) -> [UInt8] {
    var escaped: [UInt8] = []
    escaped.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] == character[0], text[index...].starts(with: character) {
        escaped.append(UInt8(ascii: " "))
        index = text.index(index, offsetBy: character.count)
      } else {
        escaped.append(text[index])
        index = text.index(after: index)
      }
    }
    return escaped
  }
}
