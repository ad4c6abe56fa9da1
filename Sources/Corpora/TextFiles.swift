/// Text of many files in pieces of bounded size, for training on more than memory holds.
///
/// Files whose names end in `.gz` or `.zst` are unpacked. The pieces of a file, joined, are its bytes
/// without its byte-order mark. A piece ends behind a paragraph where it can, else behind a line, a
/// space, or at least a whole character.
public struct TextFiles: Sendable {
  /// A stretch of one file.
  public struct Chunk: Hashable, Sendable {
    public var text: String
    public var path: String
    /// Where the text begins in the unpacked file, in bytes.
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
  /// - Throws: `DocumentError` for a file that is missing, damaged, empty, binary or not UTF-8,
  ///   and whatever `body` throws.
  public func forEachChunk(_ body: (Chunk) throws -> Void) throws {
    for path in paths { try read(path, body) }
  }

  private func read(_ path: String, _ body: (Chunk) throws -> Void) throws {
    let chunks = TextChunks(try ByteReader(path), size: chunkSize)
    var hasText = false
    while let chunk = try chunks.next() {
      hasText = hasText || chunk.text.utf8.contains { !$0.isSpace }
      try body(chunk)
    }
    if !hasText { throw DocumentError.empty(path: path) }
  }
}
