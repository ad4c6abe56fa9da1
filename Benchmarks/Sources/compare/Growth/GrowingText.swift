import Corpora

/// Text in growing amounts: files one after the other, from the start again where they do not suffice.
struct GrowingText {
  /// Pieces of up to 1 MB.
  private let chunks: [String]
  /// Bytes of all of them.
  let distinctBytes: Int
  /// Bytes, each about three times the one before.
  let sizes: [Int]

  /// - Parameter most: Millions of bytes.
  init(_ files: [String], most: Int) throws {
    sizes = ([1, 3, 10, 30].filter { $0 < most } + [most]).map { $0 * 1_000_000 }
    var (chunks, bytes) = ([String](), 0)
    try TextFiles(files).forEachChunk { chunk in
      guard bytes < most * 1_000_000 else { return }
      chunks.append(chunk.text)
      bytes += chunk.text.utf8.count
    }
    (self.chunks, distinctBytes) = (chunks, bytes)
  }

  /// Calls `take` with texts of `size` bytes together, less a character at most.
  func forEach(upTo size: Int, _ take: (String) -> Void) {
    var rest = size
    while rest > 0 {
      for chunk in chunks where rest > 0 {
        let text =
          chunk.utf8.count <= rest
          ? chunk : String(decoding: chunk.utf8.prefix(rest), as: UTF8.self)
        take(text)
        rest -= chunk.utf8.count
      }
    }
  }
}
