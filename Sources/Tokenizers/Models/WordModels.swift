/// Cuts a word into the longest tokens from left to right.
///
/// A word that cannot be cut, or is too long, is the unknown token. Source: Devlin et al. 2018.
struct WordPieceModel: PieceModel {
  let vocabulary: Vocabulary
  let unknown: Int32
  /// What stands before tokens that go on within a word.
  let continuingPrefix: [UInt8]
  /// The most characters that a word may have.
  let longestWord: Int
  /// The most bytes that a token has, so that nothing longer is looked up.
  private let longestToken: Int

  init(vocabulary: Vocabulary, unknown: Int32, continuingPrefix: [UInt8], longestWord: Int) {
    self.vocabulary = vocabulary
    self.unknown = unknown
    self.continuingPrefix = continuingPrefix
    self.longestWord = longestWord
    longestToken = (0..<Int32(vocabulary.count)).reduce(0) { max($0, vocabulary[$1].count) }
  }

  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, with workspace: inout EncodingWorkspace,
    to ids: inout [Int32]
  ) {
    let first = ids.count
    let length = piece.count { $0 & 0xC0 != 0x80 }
    guard length <= longestWord else {
      ids.append(unknown)
      return
    }
    var start = 0
    while start < piece.count {
      guard let (id, end) = longestToken(in: piece, from: start) else {
        ids.removeSubrange(first...)
        ids.append(unknown)
        return
      }
      ids.append(id)
      start = end
    }
  }

  private func longestToken(
    in piece: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> (id: Int32, end: Int)? {
    var candidate = start > 0 ? continuingPrefix : []
    candidate.append(contentsOf: piece[start..<min(piece.count, start + longestToken)])
    var end = start + candidate.count - (start > 0 ? continuingPrefix.count : 0)
    while end > start {
      let isWhole = end == piece.count || piece[end] & 0xC0 != 0x80
      if isWhole, let id = vocabulary.id(of: candidate) { return (id, end) }
      candidate.removeLast()
      end -= 1
    }
    return nil
  }
}

/// Looks every word up as a whole.
struct WordLevelModel: PieceModel {
  let vocabulary: Vocabulary
  let unknown: Int32

  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, with workspace: inout EncodingWorkspace,
    to ids: inout [Int32]
  ) {
    ids.append(vocabulary.id(of: piece) ?? unknown)
  }
}
