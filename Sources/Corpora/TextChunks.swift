/// Cuts running text into pieces of bounded size; from the same byte on they are always the same.
struct TextChunks {
  let reader: ByteReader
  /// The most that a piece holds, in bytes.
  let size: Int

  init(_ reader: ByteReader, size: Int) {
    self.reader = reader
    // Any character fits, and the sum of two sizes is a number.
    self.size = min(max(size, 16), 1 << 40)
  }

  /// The next piece, nil at the end.
  func next() throws(DocumentError) -> TextFiles.Chunk? {
    try reader.skipByteOrderMark()
    // One byte more tells whether the piece is the last.
    let count = try reader.require(size + 1)
    guard count > 0 else { return nil }
    let piece = Array(reader.available.prefix(size))
    let text = count > size ? Array(piece[..<Self.cut(piece)]) : piece
    let offset = reader.offset
    try TextDecoding.requireText(text, path: reader.path, offset: offset)
    if let invalid = TextDecoding.firstInvalidUTF8(text) {
      throw .badEncoding(path: reader.path, encoding: "UTF-8", offset: offset + invalid)
    }
    reader.consume(text.count)
    return TextFiles.Chunk(
      text: String(decoding: text, as: UTF8.self), path: reader.path, offset: offset)
  }

  /// Where a full buffer is cut: behind its last paragraph, line or space, else its last character.
  private static func cut(_ buffer: [UInt8]) -> Int {
    // A cut in the first half would make chunks small; the next best place is taken then.
    let half = buffer.count / 2
    var index = buffer.count - 1
    var line: Int?
    var space: Int?
    while index >= half {
      if buffer[index] == 0x0A {
        if line == nil { line = index + 1 }
        var before = index - 1
        while before >= half, buffer[before] == 0x0D || buffer[before] == 0x20 { before -= 1 }
        if before >= half, buffer[before] == 0x0A { return index + 1 }
      } else if buffer[index] == 0x20, space == nil {
        space = index + 1
      }
      index -= 1
    }
    if let end = line ?? space { return end }
    // At most three bytes of a character may be continued in the next chunk.
    var end = buffer.count
    while end > buffer.count - 4, end > 1, buffer[end - 1] & 0xC0 == 0x80 { end -= 1 }
    return end > 1 && buffer[end - 1] >= 0xC0 ? end - 1 : buffer.count
  }
}
