/// Text of many files in pieces of bounded size, for training on more than memory holds.
///
/// The pieces of a file, joined, are the file's bytes without its byte-order mark. A piece ends
/// behind a paragraph where it can, else behind a line, a space, or at least a whole character.
public struct TextFiles: Sendable {
  /// A stretch of one file.
  public struct Chunk: Hashable, Sendable {
    public var text: String
    public var path: String
    /// Where the text begins in the file, in bytes.
    public var offset: Int
  }

  public let paths: [String]
  /// The most that a chunk holds, in bytes.
  public let chunkSize: Int

  /// - Parameter chunkSize: In bytes; at least 16, so that any character fits.
  public init(_ paths: [String], chunkSize: Int = 1 << 20) {
    self.paths = paths
    self.chunkSize = max(16, chunkSize)
  }

  /// Calls `body` with every chunk of every file in order.
  ///
  /// - Throws: `DocumentError` for a file that is missing, empty, binary or not UTF-8, and
  ///   whatever `body` throws.
  public func forEachChunk(_ body: (Chunk) throws -> Void) throws {
    for path in paths { try read(path, body) }
  }

  private func read(_ path: String, _ body: (Chunk) throws -> Void) throws {
    let file = try InputFile(path: path)
    var buffer: [UInt8] = []
    buffer.reserveCapacity(chunkSize)
    var offset = 0
    var isAtEnd = false
    var hasText = false
    while !isAtEnd || !buffer.isEmpty {
      let wanted = chunkSize - buffer.count
      if wanted > 0, !isAtEnd {
        isAtEnd = try file.read(wanted, into: &buffer) < wanted
        if offset == 0, buffer.starts(with: [0xEF, 0xBB, 0xBF]) {
          buffer.removeFirst(3)
          offset = 3
          continue
        }
      }
      if buffer.isEmpty { break }
      let end = isAtEnd && buffer.count <= chunkSize ? buffer.count : TextFiles.cut(buffer)
      let piece = Array(buffer[..<end])
      try TextDecoding.requireText(piece, path: path, offset: offset)
      if let invalid = TextDecoding.firstInvalidUTF8(piece) {
        throw DocumentError.badEncoding(path: path, encoding: "UTF-8", offset: offset + invalid)
      }
      hasText = hasText || piece.contains { !$0.isSpace }
      try body(Chunk(text: String(decoding: piece, as: UTF8.self), path: path, offset: offset))
      buffer.removeFirst(end)
      offset += end
    }
    if !hasText { throw DocumentError.empty(path: path) }
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
